from rules.management.page_command import PageCommand
from rules.rules_doc import rules_page


class Command(PageCommand):
    help = "Write docs/rules.md from the kinds of rules, or check that it is what they say."
    file = "rules.md"
    page = rules_page
