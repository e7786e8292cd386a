"""Mail by SMTP: a message of plain text to one address, over an encrypted connection. Errors hold no address."""
