"""An offline stand-in for LinkedIn's Lead Sync API."""
