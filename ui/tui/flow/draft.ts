import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {type RootFileSystem, rootFileSystems} from '../../../installer/disk/layout-settings.ts';
import type {MachineFacts, ReinstallFacts} from '../port.ts';

/** What was typed and chosen so far, as text; it may be wrong, and nothing of it is lost by going back. */
export interface Draft {
	readonly disk: string;
	readonly layout: string;
	/** Number of the partition that makes room. */
	readonly replace: string;
	readonly fileSystem: string;
	readonly encryption: string;
	readonly passphrase: string;
	readonly passphraseAgain: string;
	readonly pin: string;
	readonly userName: string;
	readonly fullName: string;
	readonly password: string;
	readonly passwordAgain: string;
	/** Of a configuration that was found; a password that is typed goes before it. */
	readonly passwordHash: string;
	readonly sudo: string;
	/** What is to be read for keys. */
	readonly keySource: string;
	/** Public keys, one a line. */
	readonly keys: string;
	readonly hostname: string;
	readonly locale: string;
	readonly keymap: string;
	readonly timeZone: string;
	readonly network: string;
	readonly interface: string;
	readonly address: string;
	readonly gateway: string;
	readonly dns: string;
	readonly authFile: string;
	readonly target: string;
	readonly updates: string;
	readonly window: string;
	/** The disk's name, typed to confirm. */
	readonly confirmation: string;
}

export type FieldId = keyof Draft;

export const emptyDraft: Draft = {
	disk: '',
	layout: 'disk',
	replace: '',
	fileSystem: '',
	encryption: 'none',
	passphrase: '',
	passphraseAgain: '',
	pin: '',
	userName: '',
	fullName: '',
	password: '',
	passwordAgain: '',
	passwordHash: '',
	sudo: '',
	keySource: '',
	keys: '',
	hostname: '',
	locale: '',
	keymap: '',
	timeZone: '',
	network: 'dhcp',
	interface: '',
	address: '',
	gateway: '',
	dns: '',
	authFile: '',
	target: '',
	updates: '',
	window: '',
	confirmation: '',
};

export function draftKeys({keys}: Draft): string[] {
	return keys.split('\n').filter((line) => line !== '');
}

export const hasPassword = ({password, passwordHash}: Draft): boolean =>
	password !== '' || passwordHash !== '';
export const usesPassphrase = ({encryption}: Draft): boolean =>
	encryption === 'passphrase' || encryption === 'tpm2-passphrase';
export const usesPin = ({encryption}: Draft): boolean => encryption === 'tpm2-pin';

/**
 * What the installer is told. Each screen has checked its part; what is as it would be anyway is not
 * said.
 * @param passwordHash of the password that was typed
 * @param reinstall what the disk has that can be installed anew
 */
export function draftAnswers(
	draft: Draft,
	{
		defaults,
		fileSystems,
		image,
		updates,
	}: Pick<MachineFacts, 'defaults' | 'fileSystems' | 'image' | 'updates'>,
	passwordHash: Secret | undefined,
	reinstall?: ReinstallFacts,
): Answers {
	return {
		...noAnswers,
		disk: [{path: draft.disk, pick: 'only', removable: true}],
		storage: {
			...storageOf(draft, fileSystems[0]),
			...(draft.layout === 'reinstall' && reinstall && reinstallingOf(reinstall)),
		},
		image: {target: given(draft.target, image.target)},
		system: {
			hostname: given(draft.hostname, defaults.hostname),
			locale: given(draft.locale, defaults.locale),
			keymap: given(draft.keymap, defaults.keymap),
			timeZone: given(draft.timeZone, defaults.timeZone),
			ntpServers: undefined,
		},
		users: usersOf(draft, passwordHash),
		network: networkOf(draft),
		registry: {
			...noAnswers.registry,
			auth: draft.authFile === '' ? undefined : {kind: 'file', path: draft.authFile},
		},
		updates: {
			mode: (['apply', 'stage', 'off'] as const).find(
				(mode) => mode === draft.updates && mode !== updates,
			),
			window: draft.updates === 'apply' ? given(draft.window) : undefined,
		},
	};
}

function storageOf(draft: Draft, defaultFileSystem: RootFileSystem): Answers['storage'] {
	const layout = (['disk', 'free-space', 'partition'] as const).find((it) => it === draft.layout);
	return {
		...noAnswers.storage,
		layout,
		wipe: layout === 'disk' ? true : undefined,
		replace: layout === 'partition' ? [{number: Number(draft.replace)}] : [],
		fileSystem: rootFileSystems.find(
			(type) => type === draft.fileSystem && type !== defaultFileSystem,
		),
		encryption: encryptionOf(draft),
	};
}

function reinstallingOf({root, data}: ReinstallFacts): Partial<Answers['storage']> {
	return {
		layout: 'partition',
		replace: [{number: root}],
		partitions: data.map(({number, mountPoint}) => ({
			mountPoint,
			existing: {partition: {number}, format: false},
			size: undefined,
			fileSystem: undefined,
			label: undefined,
			options: [],
			encrypted: false,
		})),
	};
}

function encryptionOf(draft: Draft): Answers['storage']['encryption'] {
	if (draft.encryption === 'none') return undefined;
	const secret = (text: string) => ({kind: 'inline', secret: new Secret(text)}) as const;
	return {
		passphrase: usesPassphrase(draft) ? secret(draft.passphrase) : undefined,
		tpm2: draft.encryption.startsWith('tpm2')
			? {pcrs: [7], pin: usesPin(draft) ? secret(draft.pin) : undefined}
			: undefined,
		recoveryKeyPath: undefined,
	};
}

function usersOf(draft: Draft, passwordHash: Secret | undefined): Answers['users'] {
	if (draft.userName === '') return [];
	return [
		{
			name: draft.userName,
			gecos: given(draft.fullName),
			uid: undefined,
			gid: undefined,
			groups: [],
			shell: undefined,
			home: undefined,
			sudo: (['password', 'nopasswd'] as const).find((it) => it === draft.sudo) ?? 'none',
			passwordHash: passwordHash ?? foundHash(draft),
			sshKeys: draftKeys(draft),
		},
	];
}

function foundHash({passwordHash}: Draft): Secret | undefined {
	return passwordHash === '' ? undefined : new Secret(passwordHash);
}

function networkOf(draft: Draft): Answers['network'] {
	if (draft.network === 'live') return {...noAnswers.network, copyLive: true};
	if (draft.network !== 'static') return noAnswers.network;
	const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');
	return {
		copyLive: undefined,
		interfaces: [
			{
				match: draft.interface === '' ? {} : {name: draft.interface},
				dhcp: 'no',
				addresses: words(draft.address),
				gateways: words(draft.gateway),
				dns: words(draft.dns),
				searchDomains: [],
				mtu: undefined,
				vlan: undefined,
				bond: undefined,
				wifi: undefined,
			},
		],
	};
}

function given(text: string, otherwise?: string): string | undefined {
	return text === '' || text === otherwise ? undefined : text;
}
