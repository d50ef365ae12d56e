# Users and groups of an image for an /etc whose own passwd, group, shadow, gshadow, subuid or subgid hides the
# image's. Read in by slipway-root, which brings say.
#
# The image's entries for names that are new are appended; whoever has an entry keeps it as it is. Names that the
# image had before and the machine has not were deleted here, and stay so: image-users and image-groups, beside
# the upper layer, say which those are.
#
# A number that belongs to another name here would hand over that one's files, so such an entry is left out, and
# so is a user whose group is another one here. Both are said on the console, and tried again by the next update.
#
# Of the image's group memberships and subordinate numbers, only new users get theirs. Those who were here keep
# what the machine gave them: an update must not put somebody back into sudo who was taken out of it.

nl='
'

# add_accounts ETC-OF-IMAGE ETC SOURCE: image-users and image-groups are those of SOURCE. Sets left_users and
# left_groups, the names left out.
add_accounts() {
	image_etc=$1 etc=$2
	known_users=$(names "$3/image-users") known_groups=$(names "$3/image-groups")
	add_entries group "$known_groups" && left_groups=$left_out &&
		add_entries passwd "$known_users" && left_users=$left_out new_users=$added || return
	if ! is_own passwd && [ -e "$3/image-users" ]; then
		new_users=$(new_entries passwd "$known_users" | cut -d: -f1)
	fi
	add_entries gshadow "$known_groups" && add_entries shadow "$known_users" &&
		add_entries subuid "$known_users" && add_entries subgid "$known_users" &&
		add_memberships "$new_users"
}

# record_accounts ETC-OF-IMAGE FOLDER
record_accounts() {
	record_names "$1/passwd" "$2/image-users" "${left_users-}" &&
		record_names "$1/group" "$2/image-groups" "${left_groups-}"
}

# record_names FILE RECORD LEFT-OUT
record_names() {
	names "$1" | while read -r name; do
		has_line "$3" "$name" || echo "$name"
	done > "$2.new" && sync "$2.new" && mv "$2.new" "$2"
}

# names FILE: the first fields of its lines; nothing where there is no such file.
names() {
	[ ! -f "$1" ] || cut -d: -f1 "$1"
}

# has_line LINES LINE
has_line() {
	case $nl$1$nl in
		*"$nl$2$nl"*) ;;
		*) return 1 ;;
	esac
}

# is_own FILE: whether the machine has its own, not the image's.
is_own() {
	[ -f "$etc/$1" ] && [ ! -L "$etc/$1" ]
}

# in_effect FILE: what the machine will see.
in_effect() {
	if is_own "$1"; then echo "$etc/$1"; else echo "$image_etc/$1"; fi
}

# name_of NUMBER FILE: whose it is in passwd or group; nothing when nobody's.
name_of() {
	[ -f "$2" ] || return 0
	while IFS=: read -r name _ number _ || [ -n "$name" ]; do
		[ "$number" != "$1" ] || { echo "$name"; return; }
	done < "$2"
}

# new_entries FILE KNOWN: the image's entries of names that are neither here nor known.
new_entries() {
	[ -f "$image_etc/$1" ] || return 0
	not_new=$(names "$etc/$1")$nl$2
	while IFS= read -r entry || [ -n "$entry" ]; do
		case $entry in
			[-+#]* | :*) ;;
			*:*) has_line "$not_new" "${entry%%:*}" || printf '%s\n' "$entry" ;;
		esac
	done < "$image_etc/$1"
}

# add_entries FILE KNOWN: sets added and left_out to names, one a line.
add_entries() {
	added='' left_out='' entries=''
	is_own "$1" || return 0
	while IFS= read -r entry; do
		[ -n "$entry" ] || continue
		name=${entry%%:*}
		obstacle=$("obstacle_$1" "$entry")
		if [ -z "$obstacle" ]; then
			added=$added$name$nl entries=$entries$nl$entry
		else
			left_out=$left_out$name$nl
			[ "$obstacle" = nobody ] || say "$1 entry $name of the image is left out: $obstacle"
		fi
	done <<-END
		$(new_entries "$1" "$2")
	END
	[ -z "$entries" ] || replace "$etc/$1" "$(cat "$etc/$1")$entries"
}

# obstacle_FILE ENTRY: why the entry must be left out; nothing when it need not.
obstacle_group() {
	gid=${1#*:*:} gid=${gid%%:*}
	owner=$(name_of "$gid" "$etc/group")
	[ -z "$owner" ] || echo "number $gid is group $owner here"
}

obstacle_passwd() {
	uid=${1#*:*:} gid=${uid#*:} uid=${uid%%:*} gid=${gid%%:*}
	owner=$(name_of "$uid" "$etc/passwd")
	[ -z "$owner" ] || { echo "number $uid is user $owner here"; return; }
	group=$(name_of "$gid" "$image_etc/group") here=$(name_of "$gid" "$(in_effect group)")
	[ "$group" = "$here" ] || echo "its group, number $gid, is ${group:-nameless} in the image and ${here:-nameless} here"
}

obstacle_shadow() {
	has_line "$(names "$(in_effect passwd)")" "${1%%:*}" || echo nobody
}

obstacle_gshadow() {
	has_line "$(names "$(in_effect group)")" "${1%%:*}" || echo nobody
}

obstacle_subuid() {
	obstacle_of_range "$1" "$etc/subuid"
}

obstacle_subgid() {
	obstacle_of_range "$1" "$etc/subgid"
}

# obstacle_of_range ENTRY FILE: ENTRY is NAME:FIRST:COUNT. Files of containers belong to such numbers.
obstacle_of_range() {
	has_line "$new_users" "${1%%:*}" || { echo nobody; return; }
	first=${1#*:} count=${1##*:} first=${first%%:*}
	is_number "$first" && is_number "$count" || { echo "it names no range of numbers"; return; }
	while IFS=: read -r name start length || [ -n "$name" ]; do
		is_number "$start" && is_number "$length" || continue
		if [ "$first" -lt $((start + length)) ] && [ "$start" -lt $((first + count)) ]; then
			echo "its numbers are those of $name here"
			return
		fi
	done < "$2"
}

# is_number TEXT: one that every shell takes for decimal and can add.
is_number() {
	case $1 in
		0) ;;
		'' | 0* | *[!0-9]* | ???????????*) return 1 ;;
	esac
}

# add_memberships USERS: puts them into the groups that the image has them in.
add_memberships() {
	for user in $1; do
		for group in $(groups_of "$user"); do
			add_member group "$group" "$user" && add_member gshadow "$group" "$user" || return
		done
	done
}

groups_of() {
	[ -f "$image_etc/group" ] || return 0
	while IFS= read -r entry || [ -n "$entry" ]; do
		case ,${entry##*:}, in
			*",$1,"*) echo "${entry%%:*}" ;;
		esac
	done < "$image_etc/group"
}

# add_member FILE GROUP USER: FILE is group or gshadow; members are the last field of both.
add_member() {
	is_own "$1" || return 0
	before=$(cat "$etc/$1")
	after=$(printf '%s\n' "$before" | while IFS= read -r entry; do
		case $entry in
			"$2":*:) entry=$entry$3 ;;
			"$2":*) case ,${entry##*:}, in *",$3,"*) ;; *) entry=$entry,$3 ;; esac ;;
		esac
		printf '%s\n' "$entry"
	done)
	[ "$after" = "$before" ] || replace "$etc/$1" "$after"
}

# replace FILE TEXT: keeps owner, mode and label; other names of the file keep what they had.
replace() {
	cp -a --preserve=xattr "$1" "$1.slipway-new" && printf '%s\n' "$2" > "$1.slipway-new" &&
		mv "$1.slipway-new" "$1"
}
