"""Tables that belong to no single user, each with the reason. Every other table is owned."""

PUBLIC_TABLES: dict[str, str] = {
    "market.Instrument": "shared facts",
    "market.Bar": "shared facts",
    "market.BarImport": "provenance of shared facts",
    "core.StaffAccess": "audit of staff, read in the admin only",
    "auth.User": "the users themselves; looked up by name before anybody is logged in",
    "auth.Group": "staff permissions",
    "auth.Permission": "staff permissions",
    "contenttypes.ContentType": "names of tables",
    "admin.LogEntry": "audit of staff, read in the admin only",
    "sessions.Session": "looked up by a secret key before the user is known",
    "axes.AccessAttempt": "login throttling, before the user is known",
    "axes.AccessAttemptExpiration": "login throttling, before the user is known",
    "axes.AccessFailureLog": "login throttling, before the user is known",
    "axes.AccessLog": "login throttling, before the user is known",
    "django_celery_beat.SolarSchedule": "clock patterns",
    "django_celery_beat.IntervalSchedule": "clock patterns",
    "django_celery_beat.ClockedSchedule": "clock patterns",
    "django_celery_beat.CrontabSchedule": "clock patterns",
    "django_celery_beat.PeriodicTasks": "beat's own bookkeeping",
    "django_celery_beat.PeriodicTask": "beat's own bookkeeping; a user's schedule is an owned table beside it",
}
