# What is done to a deployment's own part of /etc before it is mounted over the image's. slipway-root reads
# this in, and brings say and fail; slipway-accounts is needed too.
#
#   state/deploy/ID/etc/
#     upper, work                the layers of the overlay
#     from                       ID of the deployment whose upper is to be taken over; gone once that is done
#     upper.new                  the copy, while it is made
#     image-users, image-groups  who the image brought; see slipway-accounts
#
# An update takes over the local changes of the deployment that it was made on, as they are at its own first
# boot. The copy appears in one rename, over an upper that is empty until then, and `from` goes last: cut
# anywhere, the next boot either makes the copy anew or finds it whole, and what has been taken over once is
# never written again.

# prepare_etc STATE-OF-DEPLOYMENT ETC-OF-IMAGE
prepare_etc() {
	own=$1/etc
	if [ -e "$own/from" ]; then
		! is_empty "$own/upper" || take_over "${1%/*}" "$own" "$2"
		error=$({ rm "$own/from" && sync -f "$own"; } 2>&1) ||
			fail "cannot finish taking over /etc: $error" 'Choose another boot entry.'
	elif [ ! -e "$own/image-groups" ]; then
		# The system can do without: then the next update brings back users that were deleted here.
		record_accounts "$2" "$own" || say "cannot note the image's users in $own"
	fi
}

# Whiteouts and dangling links are entries too.
is_empty() {
	for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
		if [ -e "$entry" ] || [ -L "$entry" ]; then return 1; fi
	done
}

# take_over DEPLOYMENTS OWN ETC-OF-IMAGE
#
# Without its source the deployment does not start. With the image's bare /etc it would: with no address, no
# keys and no users of its own, yet healthy for boot counting, which would then never go back. So the boot
# fails, and after its attempts the system starts that has its /etc.
take_over() {
	from=''
	read -r from < "$2/from"
	case $from in
		'' | *[!0-9a-f.]*) fail "$2/from names no deployment" "$without_source" ;;
	esac
	[ -d "$1/$from/etc/upper" ] ||
		fail "its /etc is to come from deployment $from, which is gone" "$without_source"
	error=$(copy_changes "$1/$from/etc" "$2" "$3" 2>&1) && return
	# Where the disk is full, the system that starts instead needs the room.
	rm -rf "$2/upper.new"
	fail "cannot take over /etc of deployment $from: ${error##*"$nl"}" \
		'Choose another boot entry; if the disk is full, make room on it.'
}
without_source="Choose another boot entry; without etc/from this one starts with the image's own /etc."

# copy_changes SOURCE OWN ETC-OF-IMAGE: with owners, times, hard links, labels, whiteouts and opaque folders.
# An attribute that cannot be copied is an error, which it is not for -a alone.
copy_changes() {
	rm -rf "$2/upper.new" &&
		cp -a --preserve=xattr "$1/upper" "$2/upper.new" &&
		add_accounts "$3" "$2/upper.new" "$1" &&
		record_accounts "$3" "$2" &&
		sync -f "$2" &&
		mv -T "$2/upper.new" "$2/upper" &&
		sync -f "$2"
}
