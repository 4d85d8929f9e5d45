"""An offline stand-in for LinkedIn's Lead Sync API, OAuth and webhooks, strict where LinkedIn is strict."""

from linkedin_emulator.emulator import Emulator
from linkedin_emulator.hooks.outbound import Deliver, Reply
from linkedin_emulator.protocol.wire import Response
from linkedin_emulator.world.demo import AppSettings

__all__ = ["AppSettings", "Deliver", "Emulator", "Reply", "Response"]
