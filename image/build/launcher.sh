#!/bin/sh
# Starts slipway with the Node and the libraries beside this file, wherever the folder lies and through
# whatever link it was called. Needs nothing from PATH.
case $0 in
	*/*) self=$0 ;;
	*) self=./$0 ;;
esac
[ -L "$self" ] && self=$(command -p readlink -f "$self")
here=${self%/*}

# For Node alone: before slipway starts any other program it puts the old path back, and takes malloc's setting away.
export SLIPWAY_LIBRARY_PATH="${LD_LIBRARY_PATH-}"
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# What one thread has freed the others use: an arena each took a tenth more memory, and no less time.
export MALLOC_ARENA_MAX=1
# An installation is over before the code of V8's last compiler pays: it takes the core that hashes. Nor does it pay
# to clear up a heap that small. What sorts and compares for longer, such as a dump, is slower for it.
case ${1-} in
	install | install-background) quick='--no-turbofan --initial-heap-size=64' ;;
	*) quick= ;;
esac
# Less memory for what is thrown away at once, in each thread: twice as much made nothing faster.
# shellcheck disable=SC2086 # Words of their own.
exec "$here/node" --max-semi-space-size=8 $quick "$here/app/main.js" "$@"
