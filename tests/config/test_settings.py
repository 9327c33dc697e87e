from dataclasses import FrozenInstanceError, fields
from typing import get_type_hints

import pytest

from graphsignal_mw.config import Settings, SettingsArguments


def test_the_keyword_arguments_are_exactly_the_fields():
    assert list(get_type_hints(SettingsArguments)) == [field.name for field in fields(Settings)]


@pytest.mark.parametrize(
    ("debug", "strict", "raises"), [(False, None, False), (True, None, True), (True, False, False), (False, True, True)]
)
def test_wrong_arguments_raise_in_debug_mode_unless_told(debug, strict, raises):
    assert Settings(debug_mode=debug, strict=strict).raises is raises


@pytest.mark.parametrize(("window", "upload", "seconds"), [(60, None, 60), (3600, None, 60), (300, 5.0, 5.0)])
def test_uploads_come_each_window_or_minute_unless_told(window, upload, seconds):
    assert Settings(window_seconds=window, upload_seconds=upload).upload_interval == seconds


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().url = "http://other"
