"""An offline stand-in for LinkedIn's Lead Sync API, OAuth and webhooks, strict where LinkedIn is strict."""

from linkedin_emulator.demo import AppSettings
from linkedin_emulator.emulator import Emulator
from linkedin_emulator.outbound import Deliver, Reply
from linkedin_emulator.wire import Response

__all__ = ["AppSettings", "Deliver", "Emulator", "Reply", "Response"]
