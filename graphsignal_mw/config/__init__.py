"""YAML, environment and keyword arguments to frozen settings and endpoints, checked once."""

from graphsignal_mw.config.load import Config, load_config, resolve_settings
from graphsignal_mw.config.settings import Settings, SettingsArguments

__all__ = ["Config", "Settings", "SettingsArguments", "load_config", "resolve_settings"]
