#!/bin/sh
# Makes .venv match a lock file. make calls it from the root of the repository.
#
#   tools/environment.sh run     requirements.lock: the dependencies of steckbrief
#   tools/environment.sh test    requirements-dev.lock: also the dependencies of the checks
#
# PYTHON=... chooses the interpreter; the default is the newest supported one on the PATH. A stamp in .venv records what
# was installed, so a second run installs nothing.
set -eu

# Compile bytecode whatever the caller's settings: without it, every first import takes seconds.
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME PIP_USER

supported='import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
candidates=${PYTHON:-python3.13 python3.12 python3.11 python3 python}
python=.venv/bin/python

case "${1:-}" in
    run) lock=requirements.lock ;;
    test) lock=requirements-dev.lock ;;
    *) echo 'usage: tools/environment.sh run|test' >&2; exit 2 ;;
esac

# Scripts in .venv contain its absolute path, so a moved checkout needs a new one.
if ! "$python" -c "$supported" >/dev/null 2>&1 || [ "$(cat .venv/folder 2>/dev/null)" != "$(pwd)" ]; then
    for interpreter in $candidates ''; do
        if [ -n "$interpreter" ] && "$interpreter" -c "$supported" >/dev/null 2>&1; then break; fi
    done
    if [ -z "$interpreter" ]; then
        echo "steckbrief: found no suitable Python among: $candidates." >&2
        echo 'You need Python 3.11, 3.12 or 3.13 with its venv module (on Debian: apt install python3 python3-venv).' >&2
        echo 'Install one, or name one: make build PYTHON=...' >&2
        exit 1
    fi
    echo "Making .venv with $("$interpreter" --version)"
    "$interpreter" -m venv --clear .venv
    pwd >.venv/folder
fi

key() { cat "$1" pyproject.toml | cksum; }
installed() { [ "$(cat ".venv/stamp-$1" 2>/dev/null)" = "$(key "$1")" ]; }

# The environment for the checks is a superset of the other.
if ! installed $lock && ! installed requirements-dev.lock; then
    echo "Installing $(grep -c '^[a-z0-9].*==' $lock) packages from $lock"
    rm -f .venv/stamp-*
    awk '/^[^ ]/ { is_uv = /^uv==/ } is_uv' $lock |
        "$python" -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps --only-binary :all: \
            --requirement /dev/stdin
    tools/uv pip sync --quiet --require-hashes --only-binary :all: --compile-bytecode $lock
    tools/uv pip install --quiet --no-deps --offline --no-build-isolation --editable .
    key $lock >.venv/stamp-$lock
fi

# Our own modules change without an installation. compileall does not follow symlinks, so name the packages.
"$python" -m compileall -q steckbrief steckbrief/*/
