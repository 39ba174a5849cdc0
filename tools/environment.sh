#!/bin/sh
# Makes .venv exactly what the lock file says, and does nothing where it already is. Called by make, from the root.
#
#   tools/environment.sh run     what steckbrief needs (requirements.lock)
#   tools/environment.sh test    that, and what the checks need (requirements-dev.lock, a superset of the former)
#
# A stamp inside .venv holds the checksum of what was installed. An environment whose stamp says something else is
# made afresh, so that nothing lingers which the lock no longer names; one without a stamp (an interrupted install)
# is completed. PYTHON=... chooses the interpreter; otherwise the newest suitable one on the PATH is taken.
set -eu

# Inherited settings that would make imports slow or lead them astray.
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME PIP_NO_COMPILE PIP_USER PIP_TARGET PIP_PREFIX
export PIP_DISABLE_PIP_VERSION_CHECK=1

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
packages="steckbrief $(echo steckbrief/*/)"
python=.venv/bin/python

die() {
    printf 'steckbrief: %s\n' "$@" >&2
    exit 1
}

case "${1:-}" in
    run) lock=requirements.lock ;;
    test) lock=requirements-dev.lock ;;
    *) die 'usage: tools/environment.sh run|test' ;;
esac

# An interpreter counts only if it runs (a version manager's shim may not), is supported and can make environments.
find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if "$candidate" -c "import ensurepip, venv; $supported" >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    die "no suitable Python among: ${PYTHON:-python3.13 python3.12 python3.11 python3 python}." \
        'Needed is Python 3.11, 3.12 or 3.13 with its venv module.' \
        'Install one (on Debian and Ubuntu: apt install python3 python3-venv), or name one: make build PYTHON=...'
}

# The folder is part of the key: scripts in .venv hold its absolute path, so a moved checkout needs a new one. Lines
# of comment are not: they change what a reader knows, not what is installed.
key() { { pwd && grep -v '^ *#' "$1"; } | cksum | tr ' ' '-'; }
stamp() { cat ".venv/stamp-$1" 2>/dev/null || true; }
is() { [ "$(stamp "$1")" = "$2" ]; }
is_or_missing() { [ -z "$(stamp "$1")" ] || is "$1" "$2"; }

run_key=$(key requirements.lock)
test_key=$(key requirements-dev.lock)
project_key=$(key pyproject.toml)
if [ "$1" = run ]; then wanted=$run_key; else wanted=$test_key; fi

if ! "$python" -c "$supported" >/dev/null 2>&1 || ! is_or_missing run "$run_key" || ! is_or_missing test "$test_key"
then
    interpreter=$(find_python)
    echo "Making .venv with $("$interpreter" --version)"
    "$interpreter" -m venv --clear .venv
fi

if ! is "$1" "$wanted"; then
    echo "Installing $(grep -c '^[a-z0-9].*==' $lock) packages from $lock (a minute or two, once)"
    # Everything is pinned and hashed, so there is nothing to resolve. Compiling is left to the next step, which uses
    # every core; without it the first import of each package would cost seconds, or every one where Python is told
    # not to write bytecode. Some packages ship templates that are not valid Python: those it reports by its status.
    "$python" -m pip install --quiet --require-hashes --no-deps --no-compile --requirement $lock
    "$python" -m compileall -qq -j 0 .venv/lib || true
    echo "$run_key" >.venv/stamp-run
    if [ "$1" = test ]; then echo "$test_key" >.venv/stamp-test; fi
fi

if ! is project "$project_key"; then
    echo 'Installing steckbrief from this folder, editable'
    "$python" -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
    echo "$project_key" >.venv/stamp-project
fi

# Its own modules change without an install; bringing their bytecode up to date costs a fraction of a second.
# shellcheck disable=SC2086  # a list of folders
"$python" -m compileall -q $packages
