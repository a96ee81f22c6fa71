"""`python -m helpdesk …`, the same as `helpdesk …`."""

from helpdesk.cli import main

main()
