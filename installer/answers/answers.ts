/**
 * What an installation can be told, whoever tells it: the command line, an unattended file, a kickstart
 * or the terminal UI. Values are checked one by one; whether they fit each other, the image and the
 * machine is for the plan. What is undefined was not said, and a default holds.
 */
import type {Firmware} from '../disk/firmware.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import type {Secret} from './secret.ts';

export interface Answers {
	/** Selectors that are tried in order. */
	readonly disk: readonly DiskSelector[] | undefined;
	readonly storage: StorageAnswers;
	readonly image: ImageAnswers;
	readonly boot: BootAnswers;
	readonly system: SystemAnswers;
	readonly root: LoginAnswers;
	readonly users: readonly UserAnswers[];
	readonly groups: readonly GroupAnswers[];
	readonly network: NetworkAnswers;
	readonly registry: RegistryAnswers;
	readonly updates: UpdateAnswers;
	readonly services: ServiceAnswers;
	readonly firewall?: FirewallAnswers;
	readonly files: readonly FileAnswer[];
	/** systemd credentials by name. */
	readonly credentials: ReadonlyMap<string, SecretSource>;
	/** A NoCloud seed, for images with cloud-init. */
	readonly cloudInit: CloudInitAnswers | undefined;
	readonly scripts: ScriptAnswers;
	readonly finish: FinishAnswers;
	/** Machines on which the file may wipe although nobody named it; none unless said. */
	readonly arm: readonly MachineMatch[];
	/** Ask nothing. */
	readonly unattended: boolean | undefined;
}

/** All that is given has to hold. Globs know `*`, `?` and `[…]`. */
export interface DiskSelector {
	/** `/dev/…`: the node itself, or a link to it. */
	readonly path?: string;
	/** Globs of a name below /dev/disk/by-id and by-path. */
	readonly byId?: string;
	readonly byPath?: string;
	readonly serial?: string;
	readonly wwn?: string;
	readonly model?: string;
	readonly vendor?: string;
	/** Bytes, both ends included. */
	readonly size?: {readonly least?: number; readonly most?: number};
	readonly transport?: readonly string[];
	readonly rotational?: boolean;
	/** Removable disks are left out unless this is true. */
	readonly removable?: boolean;
	/** Nothing is on it. */
	readonly empty?: boolean;
	/** Paths and globs of paths, `/dev/disk/by-id/usb-*`; none may be its. */
	readonly except?: readonly string[];
	/** Which one of several; two matches of `only` are an error. */
	readonly pick: 'only' | 'smallest' | 'largest';
}

export interface StorageAnswers {
	/** `disk`: all of it; `free-space`: beside what is there; `partition`: in the place of `replace`. */
	readonly layout: 'disk' | 'free-space' | 'partition' | undefined;
	/** Leave to destroy what the disk holds. */
	readonly wipe: boolean | undefined;
	/** Partitions that make room, and partitions that nothing may touch. */
	readonly replace: readonly PartitionSelector[];
	readonly keep: readonly PartitionSelector[];
	readonly fileSystem: RootFileSystem | undefined;
	/** Bytes. */
	readonly espSize: number | undefined;
	/** Bytes; the rest of the disk when undefined. */
	readonly rootSize: number | undefined;
	/** Bytes that the rest of the disk has to be for the root. */
	readonly rootMinimumSize: number | undefined;
	/** Bytes that a root of the rest may have. */
	readonly rootMaximumSize?: number;
	/** Further partitions, mounted at /var or below. */
	readonly partitions: readonly ExtraPartition[];
	/** Partitions by what fits the memory, for hibernation or without it; or of so many bytes. */
	readonly swap:
		| 'none'
		| 'zram'
		| 'recommended'
		| 'hibernation'
		| {readonly size: number}
		| undefined;
	/** Root and ESP on every disk of a list, as MD RAID1. */
	readonly mirror: readonly DiskSelector[];
	readonly encryption: EncryptionAnswers | undefined;
}

export interface PartitionSelector {
	readonly partLabel?: string;
	readonly label?: string;
	readonly uuid?: string;
	readonly number?: number;
	/** `/dev/…`: the node itself, or a link to it. */
	readonly path?: string;
	/** All of a type that Linux systems use. */
	readonly type?: 'linux';
}

export interface ExtraPartition {
	/** `/var`, or a path below it. */
	readonly mountPoint: string;
	/** One that is there already, instead of a new one. */
	readonly existing?: {readonly partition: PartitionSelector; readonly format: boolean};
	/** Bytes; the rest when undefined. */
	readonly size: number | undefined;
	/** Bytes that the rest has to be, and may be. */
	readonly minimumSize?: number;
	readonly maximumSize?: number;
	readonly fileSystem: RootFileSystem | undefined;
	readonly label: string | undefined;
	readonly options: readonly string[];
	/** Words for its mkfs. */
	readonly mkfsOptions?: readonly string[];
	readonly encrypted: boolean;
}

/** LUKS2. A recovery key is always added. */
export interface EncryptionAnswers {
	readonly passphrase: SecretSource | undefined;
	readonly tpm2:
		| {readonly pcrs: readonly number[]; readonly pin: SecretSource | undefined}
		| undefined;
	/** Where the recovery key is written, a folder or file outside the disk; shown when undefined. */
	readonly recoveryKeyPath: string | undefined;
	/** As text alone, or as a QR code too where that can be drawn, as when undefined. */
	readonly recoveryKeyShown?: 'screen' | 'qr';
	/** As for dm-crypt, `aes-xts-plain64`. */
	readonly cipher?: string;
	readonly keyDerivation?: KeyDerivation;
}

/** How costly it is to try a passphrase; cryptsetup's defaults where undefined. */
export interface KeyDerivation {
	readonly function: 'argon2id' | 'argon2i' | 'pbkdf2' | undefined;
	readonly memoryKiB: number | undefined;
	readonly timeMs: number | undefined;
	readonly iterations: number | undefined;
}

export interface ImageAnswers {
	/** What is installed, `registry:registry.example.com/os:stable`; the image that runs when undefined. */
	readonly source?: string;
	/** Where updates come from. */
	readonly target: string | undefined;
}

export interface BootAnswers {
	readonly kernelArguments: readonly string[];
	readonly timeoutSeconds: number | undefined;
	/** What is to start the disk. */
	readonly firmware?: Firmware;
}

export interface SystemAnswers {
	readonly hostname: string | undefined;
	/** `de_DE.UTF-8` */
	readonly locale: string | undefined;
	/** A console keymap, `de-latin1`. */
	readonly keymap: string | undefined;
	/** What vconsole.conf keeps for graphical systems. */
	readonly xkb?: XkbAnswers;
	/** `Europe/Berlin` */
	readonly timeZone: string | undefined;
	/** What the hardware's clock shows. */
	readonly hardwareClock?: 'utc' | 'local';
	/** None are asked when this is an empty list and there are no pools. */
	readonly ntpServers: readonly string[] | undefined;
	readonly ntpPools?: readonly string[];
	/** Those of both that have to prove who they are (NTS). */
	readonly ntsHosts?: readonly string[];
	readonly selinux?: 'enforcing' | 'permissive' | 'disabled';
}

/** Layouts with their variants, as for X11: `de`, `nodeadkeys`. */
export interface XkbAnswers {
	readonly layouts: readonly {readonly layout: string; readonly variant: string}[];
	/** `grp:alt_shift_toggle` */
	readonly options: readonly string[];
}

export interface LoginAnswers {
	/** crypt(5) hash; `''` is none at all. A login without it is locked. */
	readonly passwordHash: Secret | undefined;
	/** Lines as in authorized_keys. */
	readonly sshKeys: readonly string[];
	/** The image's when undefined. */
	readonly aging?: PasswordAging;
}

/** Days, as shadow(5) has them; what is undefined is not limited. */
export interface PasswordAging {
	/** Of the last change, since 1970; that of the installation when undefined. */
	readonly changed: number | undefined;
	readonly least: number | undefined;
	readonly most: number | undefined;
	readonly warning: number | undefined;
	/** For how many an expired password is still taken. */
	readonly inactive: number | undefined;
	/** When the account expires, since 1970. */
	readonly expires: number | undefined;
}

export interface UserAnswers extends LoginAnswers {
	readonly name: string;
	readonly gecos: string | undefined;
	readonly uid: number | undefined;
	readonly gid: number | undefined;
	readonly groups: readonly string[];
	readonly shell: string | undefined;
	readonly home: string | undefined;
	readonly sudo: 'none' | 'password' | 'nopasswd';
}

export interface GroupAnswers {
	readonly name: string;
	readonly gid: number | undefined;
}

export interface NetworkAnswers {
	readonly interfaces: readonly InterfaceAnswers[];
	/** Have the installed machine use what the live system uses. */
	readonly copyLive: boolean | undefined;
}

export interface InterfaceAnswers {
	/** By name, hardware address, or what is found: the one that booted the machine, the first with a link. */
	readonly match: {
		readonly name?: string;
		readonly mac?: string;
		readonly found?: 'booted' | 'linked';
	};
	/** Use it at every boot; yes when undefined. */
	readonly onBoot?: boolean;
	/** Use it in the system that installs. */
	readonly activate?: boolean;
	readonly dhcp: 'yes' | 'no' | 'ipv4' | 'ipv6';
	/** `192.0.2.7/24` */
	readonly addresses: readonly string[];
	readonly gateways: readonly string[];
	readonly dns: readonly string[];
	readonly searchDomains: readonly string[];
	/** Leave out name servers and routes that DHCP gives. */
	readonly ignoreAutoDns?: boolean;
	readonly ignoreDefaultRoute?: boolean;
	readonly mtu: number | undefined;
	/** An interface of its own on top of the one that matches. */
	readonly vlan: {readonly id: number; readonly name: string | undefined} | undefined;
	/** Interfaces that are bundled; `match.name` names the bundle. */
	readonly bond:
		| {
				readonly members: readonly string[];
				readonly mode: string;
				/** `primary`, `miimon`, … by the kernel's names. */
				readonly options?: Readonly<Record<string, string>>;
		  }
		| undefined;
	/** Interfaces that are bridged; `match.name` names the bridge. */
	readonly bridge?: {
		readonly members: readonly string[];
		readonly options: Readonly<Record<string, string>>;
	};
	readonly wifi: {readonly ssid: string; readonly passphrase: SecretSource | undefined} | undefined;
}

export interface RegistryAnswers {
	/** An auth.json. */
	readonly auth: SecretSource | undefined;
	/** PEM files of CA certificates that the machine is to trust. */
	readonly caCertificates: readonly ContentSource[];
	/** Public keys for signature policies, by the file name they get. */
	readonly signingKeys: ReadonlyMap<string, ContentSource>;
	/** A policy.json. */
	readonly policy: ContentSource | undefined;
}

export interface UpdateAnswers {
	readonly mode: 'apply' | 'stage' | 'off' | undefined;
	/** As in the updater's settings, `02:00-05:00`. */
	readonly window: string | undefined;
}

export interface ServiceAnswers {
	readonly enable: readonly string[];
	readonly disable: readonly string[];
	readonly mask: readonly string[];
}

/** For firewalld. */
export interface FirewallAnswers {
	readonly enabled: boolean | undefined;
	readonly services: readonly string[];
	readonly removedServices: readonly string[];
	readonly ports: readonly {readonly port: string; readonly protocol: string}[];
	/** Interfaces from which everything may come. */
	readonly trustedInterfaces: readonly string[];
}

export interface FileAnswer {
	/** Below /etc or /var. */
	readonly path: string;
	readonly content: ContentSource | SecretSource;
	readonly mode: number;
	/** Names or numbers. */
	readonly user: string;
	readonly group: string;
}

/** The files of a seed; what is undefined is not written, but for the metadata, which may be empty. */
export interface CloudInitAnswers {
	readonly userData: SecretSource;
	readonly metaData: SecretSource | undefined;
	readonly networkConfig: SecretSource | undefined;
}

export interface ScriptAnswers {
	/** Before the disk is looked at; before it is written; in the new system; after a failure. */
	readonly pre: readonly Script[];
	readonly preInstall: readonly Script[];
	readonly post: readonly Script[];
	readonly onError: readonly Script[];
}

export interface Script {
	readonly text: string;
	readonly interpreter: string;
	/** Only `post`: in the new system rather than in the one that installs. */
	readonly chroot: boolean;
	/** A failure of it is one of the installation. */
	readonly required: boolean;
	readonly timeoutSeconds: number;
	/** Where its output goes too. */
	readonly log: string | undefined;
}

export interface FinishAnswers {
	readonly action: 'reboot' | 'poweroff' | 'shell' | 'wait' | undefined;
	readonly onFailure: 'wait' | 'shell' | 'reboot' | 'poweroff' | undefined;
	/** Put out the medium that was started from. */
	readonly eject?: boolean;
}

/** All that is given has to hold. */
export interface MachineMatch {
	readonly serial?: string;
	readonly dmiUuid?: string;
	readonly mac?: string;
}

/** Content that anybody may see. */
export type ContentSource =
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'file'; readonly path: string}
	| {readonly kind: 'url'; readonly url: string; readonly sha256: string};

/** Content that nobody else may see, and where it is. */
export type SecretSource =
	| {readonly kind: 'inline'; readonly secret: Secret}
	| {readonly kind: 'file'; readonly path: string}
	/** A systemd credential of the installer itself. */
	| {readonly kind: 'credential'; readonly name: string};

/** Nothing said. */
export const noAnswers: Answers = {
	disk: undefined,
	storage: {
		layout: undefined,
		wipe: undefined,
		replace: [],
		keep: [],
		fileSystem: undefined,
		espSize: undefined,
		rootSize: undefined,
		rootMinimumSize: undefined,
		partitions: [],
		swap: undefined,
		mirror: [],
		encryption: undefined,
	},
	image: {target: undefined},
	boot: {kernelArguments: [], timeoutSeconds: undefined},
	system: {
		hostname: undefined,
		locale: undefined,
		keymap: undefined,
		timeZone: undefined,
		ntpServers: undefined,
	},
	root: {passwordHash: undefined, sshKeys: []},
	users: [],
	groups: [],
	network: {interfaces: [], copyLive: undefined},
	registry: {auth: undefined, caCertificates: [], signingKeys: new Map(), policy: undefined},
	updates: {mode: undefined, window: undefined},
	services: {enable: [], disable: [], mask: []},
	files: [],
	credentials: new Map(),
	cloudInit: undefined,
	scripts: {pre: [], preInstall: [], post: [], onError: []},
	finish: {action: undefined, onFailure: undefined},
	arm: [],
	unattended: undefined,
};
