/** Every command of pykickstart that is not taken, and what to do instead. */
export type OtherCommand =
	/** There is nothing to do about it. */
	| {readonly fate: 'noted'; readonly why: string}
	| {readonly fate: 'refused'; readonly instead: string}
	/** Kickstart itself has given it up, in this release of Fedora or RHEL. */
	| {readonly fate: 'removed'; readonly release: string; readonly instead: string};

function noted(why: string): OtherCommand {
	return {fate: 'noted', why};
}

function refused(instead: string): OtherCommand {
	return {fate: 'refused', instead};
}

function removed(release: string, instead: string): OtherCommand {
	return {fate: 'removed', release, instead};
}

const content = 'content that comes from the image; add packages in its Containerfile';
const layout = 'part or autopart: an image has one disk, plain or btrfs';
const tools = 'the setup in the image, or a %post script';
const plainDisks = 'disks that are there without it';
const accounts = 'user, rootpw and sshkey, or PAM settings in the image';

export const otherCommands: Readonly<Record<string, OtherCommand>> = {
	auth: removed('Fedora 35', accounts),
	authconfig: removed('Fedora 35', accounts),
	authselect: refused(accounts),
	autostep: removed('Fedora 40', 'text, which asks what is open'),
	btrfs: refused('part / --fstype=btrfs'),
	cdrom: refused(content),
	device: removed('Fedora 34', 'nothing: the kernel finds its drivers'),
	deviceprobe: removed('Fedora 34', 'nothing: the kernel finds its drivers'),
	dmraid: removed('Fedora 34', plainDisks),
	driverdisk: refused('drivers in the image'),
	fcoe: refused(plainDisks),
	harddrive: refused(content),
	hmc: refused(content),
	install: removed('Fedora 34', 'nothing: installing is what this does'),
	interactive: removed('Fedora 15', 'text'),
	iscsi: refused(plainDisks),
	iscsiname: refused(plainDisks),
	key: removed('RHEL 7', 'nothing'),
	langsupport: removed('Fedora 7', 'lang'),
	lilo: removed('Fedora Core 4', 'bootloader'),
	lilocheck: removed('Fedora Core 4', 'nothing'),
	liveimg: refused(content),
	logvol: refused(layout),
	mediacheck: noted('the image is checked while it is written'),
	method: removed('Fedora 40', content),
	module: refused(content),
	monitor: removed('Fedora 18', 'nothing'),
	mouse: removed('Fedora 7', 'nothing'),
	multipath: noted('multipath disks are found without it'),
	nfs: refused(content),
	nvdimm: removed('Fedora 45', plainDisks),
	ostreesetup: refused('ostreecontainer or bootc, which name a container image'),
	raid: refused(layout),
	rdp: noted('there is no graphical mode to reach by it'),
	realm: refused(tools),
	repo: refused(content),
	rescue: refused('the shell of the live system'),
	rhsm: refused(tools),
	skipx: noted('what starts is for the image to say'),
	snapshot: refused('nothing: updates keep what ran before'),
	syspurpose: refused(tools),
	unsupported_hardware: removed('RHEL 8', 'nothing'),
	updates: refused(content),
	upgrade: removed('Fedora 29', 'slipway upgrade on the machine'),
	url: refused(content),
	vnc: removed('Fedora 45', 'the text mode, by a serial console or SSH'),
	volgroup: refused(layout),
	xconfig: noted('what starts is for the image to say'),
	zfcp: refused(plainDisks),
	zipl: refused('machines that start by UEFI'),
};

/** What people take for commands, and what they mean. */
export const mistakenCommands: Readonly<Record<string, string>> = {
	hostname: 'network --hostname=…',
	packages: '%packages',
	pre: '%pre',
	post: '%post',
	include: '%include',
};
