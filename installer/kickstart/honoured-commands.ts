import type {CommandLine, OptionTable, WordCount} from './options.ts';

interface CommandSpec {
	readonly options: OptionTable;
	readonly words: WordCount;
}

const noWords: WordCount = {least: 0, most: 0, what: 'options alone'};

function words(least: number, most: number, what: string): WordCount {
	return {least, most, what};
}

const encryptionOptions = {
	encrypted: 'flag',
	passphrase: 'text',
	escrowcert: 'text',
	backuppassphrase: 'flag',
	cipher: 'text',
	'luks-version': 'text',
	pbkdf: 'text',
	'pbkdf-memory': 'number',
	'pbkdf-time': 'number',
	'pbkdf-iterations': 'number',
	'hw-passphrase': 'text',
} as const satisfies OptionTable;

const passwordOptions = {
	iscrypted: 'flag',
	plaintext: 'flag',
	lock: 'flag',
} as const satisfies OptionTable;

const onOff = {
	disabled: {kind: 'flag', also: ['disable']},
	enabled: {kind: 'flag', also: ['enable']},
} as const satisfies OptionTable;

/**
 * The commands that are taken, with all options that pykickstart knows of them: those of Fedora 45 and
 * RHEL 10 together. What an option means, and which of them are refused, is for who converts the command.
 * @see https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html
 */
export const honouredCommands = {
	autopart: {
		options: {
			...encryptionOptions,
			type: 'text',
			fstype: 'text',
			nolvm: 'flag',
			nohome: 'flag',
			noboot: 'flag',
			noswap: 'flag',
			hibernation: 'flag',
		},
		words: noWords,
	},
	bootc: {
		options: {
			stateroot: 'text',
			'source-imgref': {kind: 'text', required: true},
			'target-imgref': 'text',
			bootloader: {kind: 'text', oneOf: ['none', 'grub', 'systemd']},
			composefs: 'flag',
		},
		words: noWords,
	},
	bootloader: {
		options: {
			append: 'text',
			location: {kind: 'text', oneOf: ['mbr', 'partition', 'none', 'boot']},
			timeout: 'number',
			password: 'text',
			iscrypted: 'flag',
			md5pass: 'text',
			'boot-drive': 'text',
			driveorder: 'list',
			default: 'text',
			leavebootorder: 'flag',
			extlinux: 'flag',
			disabled: 'flag',
			nombr: 'flag',
			sdboot: 'flag',
		},
		words: noWords,
	},
	clearpart: {
		options: {
			all: 'flag',
			linux: 'flag',
			none: 'flag',
			list: 'list',
			drives: 'list',
			initlabel: 'flag',
			disklabel: 'text',
			cdl: 'flag',
		},
		words: noWords,
	},
	eula: {
		options: {agreed: {kind: 'flag', also: ['agree', 'accepted', 'accept'], required: true}},
		words: noWords,
	},
	firewall: {
		options: {
			...onOff,
			port: 'lists',
			trust: 'texts',
			service: 'lists',
			ftp: 'flag',
			http: 'flag',
			smtp: 'flag',
			ssh: 'flag',
			'remove-service': 'lists',
			'use-system-defaults': 'flag',
		},
		words: noWords,
	},
	firstboot: {options: {...onOff, reconfig: 'flag'}, words: noWords},
	group: {options: {name: {kind: 'text', required: true}, gid: 'number'}, words: noWords},
	ignoredisk: {options: {drives: 'list', 'only-use': 'list'}, words: noWords},
	keyboard: {
		options: {vckeymap: 'text', xlayouts: 'list', switch: 'list'},
		words: words(0, 1, 'one keymap'),
	},
	lang: {options: {addsupport: 'list'}, words: words(1, 1, 'one locale')},
	logging: {options: {host: 'text', port: 'text', level: 'text'}, words: noWords},
	mount: {
		options: {reformat: 'maybe', mkfsoptions: 'text', mountoptions: 'text'},
		words: words(2, 2, 'a device and a mount point'),
	},
	network: {
		options: {
			device: 'text',
			bootproto: {kind: 'text', oneOf: ['dhcp', 'bootp', 'static', 'query', 'ibft']},
			ip: 'text',
			netmask: 'text',
			gateway: 'text',
			nameserver: 'list',
			ipv6: 'text',
			ipv6gateway: 'text',
			noipv4: 'flag',
			noipv6: 'flag',
			nodns: 'flag',
			nodefroute: 'flag',
			'ipv4-dns-search': 'list',
			'ipv6-dns-search': 'list',
			'ipv4-ignore-auto-dns': 'flag',
			'ipv6-ignore-auto-dns': 'flag',
			mtu: 'number',
			vlanid: 'number',
			interfacename: 'text',
			bondslaves: 'list',
			bondopts: 'text',
			bridgeslaves: 'list',
			bridgeopts: 'list',
			onboot: 'switch',
			activate: 'flag',
			'no-activate': 'flag',
			bindto: {kind: 'text', oneOf: ['mac']},
			essid: 'text',
			wpakey: 'text',
			hostname: 'text',
			dhcpclass: 'text',
			ethtool: 'text',
			wepkey: 'text',
			notksdevice: 'flag',
			teamslaves: 'text',
			teamconfig: 'text',
		},
		words: noWords,
	},
	ostreecontainer: {
		options: {
			stateroot: 'text',
			url: {kind: 'text', required: true},
			transport: 'text',
			remote: 'text',
			'no-signature-verification': 'flag',
		},
		words: noWords,
	},
	part: {
		options: {
			...encryptionOptions,
			size: 'number',
			grow: 'flag',
			maxsize: 'number',
			fstype: {kind: 'text', also: ['type']},
			ondisk: {kind: 'text', also: ['ondrive']},
			onpart: {kind: 'text', also: ['usepart']},
			onbiosdisk: 'text',
			noformat: 'flag',
			label: 'text',
			fsoptions: 'text',
			mkfsoptions: 'text',
			fsprofile: 'text',
			recommended: 'flag',
			hibernation: 'flag',
			resize: 'flag',
			asprimary: 'flag',
		},
		words: words(1, 1, 'one mount point'),
	},
	reboot: {options: {eject: 'flag', kexec: 'flag'}, words: noWords},
	reqpart: {options: {'add-boot': 'flag'}, words: noWords},
	rootpw: {options: {...passwordOptions, 'allow-ssh': 'flag'}, words: words(0, 1, 'one password')},
	selinux: {options: {disabled: 'flag', enforcing: 'flag', permissive: 'flag'}, words: noWords},
	services: {options: {disabled: 'list', enabled: 'list'}, words: noWords},
	sshkey: {
		options: {username: {kind: 'text', required: true}},
		words: words(1, 1, 'one key in quotes'),
	},
	sshpw: {
		options: {...passwordOptions, username: {kind: 'text', required: true}, sshkey: 'flag'},
		words: words(0, Number.POSITIVE_INFINITY, 'a password or key'),
	},
	text: {options: {'non-interactive': 'flag'}, words: noWords},
	timesource: {
		options: {'ntp-server': 'text', 'ntp-pool': 'text', 'ntp-disable': 'flag', nts: 'flag'},
		words: noWords,
	},
	timezone: {
		options: {utc: {kind: 'flag', also: ['isUtc']}, nontp: 'flag', ntpservers: 'list'},
		words: words(0, 1, 'one time zone'),
	},
	user: {
		options: {
			...passwordOptions,
			name: {kind: 'text', required: true},
			password: 'text',
			gecos: 'text',
			groups: 'list',
			uid: 'number',
			gid: 'number',
			homedir: 'text',
			shell: 'text',
		},
		words: noWords,
	},
	zerombr: {options: {}, words: noWords},
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type HonouredCommand = keyof typeof honouredCommands;

/** Other commands that are taken as one of them; their lines keep their names. */
export const sameCommands: Readonly<Record<string, HonouredCommand>> = {
	cmdline: 'text',
	graphical: 'text',
	halt: 'reboot',
	partition: 'part',
	poweroff: 'reboot',
	shutdown: 'reboot',
};

export type LineOf<Name extends HonouredCommand> = CommandLine<
	(typeof honouredCommands)[Name]['options']
>;
