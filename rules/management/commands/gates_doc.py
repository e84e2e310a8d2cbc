from rules.gates_doc import gates_page
from rules.management.page_command import PageCommand


class Command(PageCommand):
    help = "Write docs/gates.md from the gates, or check that it is what they say."
    file = "gates.md"
    page = gates_page
