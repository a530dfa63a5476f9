"""Every write of notifications: messages by e-mail, webhook endpoints and what is delivered to them."""
