import subprocess
import sys

import pytest

from graphsignal_mw.hooks import install


@pytest.mark.parametrize("app", [object(), lambda *_: None, [].append, len, None])
def test_other_apps_need_no_hook(app):
    install(app)


def test_no_framework_is_imported_for_an_app_of_none():
    """Hooks import late: what is not installed must not be missed."""
    code = (
        "import sys; from graphsignal_mw.hooks import install; install(lambda *_: None);"
        "found = {'flask', 'django', 'quart', 'litestar', 'falcon', 'bottle', 'starlette', 'numpy'} & set(sys.modules);"
        "print(sorted(found))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
