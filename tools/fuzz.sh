#!/bin/sh
# Fuzzes extract and transform for a number of seconds. Called by make fuzz, from the root, after tools/environment.sh.
#
# It installs the fuzzer into .fuzz, so that .venv still matches its lock file. .fuzz/corpus contains the useful files of
# earlier runs. If a file breaks a promise, it is in .fuzz/found; add it to fuzz/corpus together with the fix.
set -eu

seconds=$1
python=.venv/bin/python
lock=requirements-fuzz.lock
# One folder per interpreter and lock file, because the wheel is compiled for one Python.
packages=.fuzz/packages-$({ "$python" --version && cat $lock; } | cksum | tr ' ' '-')

if [ ! -d "$packages" ]; then
    echo "Installing the fuzzer from $lock (once)"
    tools/uv pip install --quiet --require-hashes --no-deps --only-binary :all: \
        --target "$packages.part" --requirement $lock || {
        echo 'steckbrief: the fuzzer could not be installed; it has wheels for Linux on x86-64 and Python 3.11 to 3.13.' >&2
        exit 1
    }
    mv "$packages.part" "$packages"
fi

mkdir -p .fuzz/corpus .fuzz/found
echo "Fuzzing extract and transform for $seconds seconds, from $(ls fuzz/corpus | wc -l | tr -d ' ') files in fuzz/corpus" \
    "and $(ls .fuzz/corpus | wc -l | tr -d ' ') of earlier runs in .fuzz/corpus"
status=0
# Profiles are small: longer files only take longer. A promise that takes 20 s to check is broken too.
PYTHONPATH="$packages:." "$python" -m fuzz.profile_target .fuzz/corpus fuzz/corpus -max_total_time="$seconds" \
    -max_len=4096 -timeout=20 -rss_limit_mb=2048 -dict=fuzz/markdown.dict -artifact_prefix=.fuzz/found/ \
    -print_final_stats=1 -verbosity=0 || status=$?
if [ "$status" -ne 0 ]; then
    echo "A file broke a promise (fuzz/promises.py): see above. It is the newest in .fuzz/found." >&2
    exit 1
fi
echo 'No file broke a promise.'
