"""An ITSM helpdesk that executes published service standards."""
