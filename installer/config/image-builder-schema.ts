/**
 * The keys of image-builder's `config.toml` and blueprints. What cannot be honoured is named, not passed over.
 * @see https://osbuild.org/docs/user-guide/blueprint-reference
 */
import {rootFileSystems} from '../disk/layout-settings.ts';
import {parseSize, sizeSyntax} from '../disk/size.ts';
import {choice, converted, type Field, flag, refused, text, wholeNumber} from './field.ts';
import {list, oneOf, sameKey, wholeItem} from './list-field.ts';
import {passwordHash} from './secret-fields.ts';
import {type Member, optional, or, required, table} from './table-field.ts';
import {
	absolutePath,
	accountId,
	accountName,
	anyText,
	hostname,
	kernelArgument,
	keymap,
	locale,
	mode,
	rootOrMountPoint,
	sshKey,
	stateFilePath,
	timeServer,
	timeZone,
	unitName,
} from './value-fields.ts';

const inContainerfile = 'it in the Containerfile of the image';

/** A size as a text, or as a number of bytes. */
const size: Field<number> = oneOf<number>(`${sizeSyntax}, or a number of bytes`, [
	{kind: 'text', field: converted(text(sizeSyntax), {read: parseSize, write: String})},
	{kind: 'number', field: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'bytes')},
]);

const account: Field<string> = oneOf<string>('the name or number of an account', [
	{kind: 'text', field: accountName},
	{kind: 'number', field: converted(accountId, {read: String, write: Number})},
]);

/** Blueprints leave the `.service` out. */
const unit: Field<string> = {
	...unitName,
	read: (node, reading) =>
		unitName.read(
			node.kind === 'text' && /^[\w@:-]+$/.test(node.value)
				? {...node, value: `${node.value}.service`}
				: node,
			reading,
		),
};

const units = or(list(unit, 'a list of units', {identity: wholeItem}), []);

const user = table({
	name: required(accountName),
	description: optional(text('a text without colons', {pattern: /^[^:\r\n]*$/})),
	password: optional(passwordHash),
	key: optional(sshKey),
	home: optional(absolutePath),
	shell: optional(absolutePath),
	groups: or(list(accountName, 'a list of groups', {identity: wholeItem}), []),
	uid: optional(accountId),
	gid: optional(accountId),
	expireDate: optional(refused('no date of expiry'), 'expiredate'),
	forceReset: optional(refused('no forced change of the password'), 'force_password_reset'),
});

const fileSystem = table({
	mountPoint: required(rootOrMountPoint, 'mountpoint'),
	minSize: required(size, 'minsize'),
});

const partition = table({
	type: or(choice(['plain']), 'plain'),
	mountPoint: optional(rootOrMountPoint, 'mountpoint'),
	minSize: required(size, 'minsize'),
	label: optional(text('a label of 16 characters at most', {pattern: /^[\w.:-]{0,16}$/})),
	fileSystem: optional(choice([...rootFileSystems, 'swap']), 'fs_type'),
	partType: optional(refused('no type: it follows from the mount point'), 'part_type'),
});

const disk = table({
	type: or(choice(['gpt']), 'gpt'),
	minSize: optional(size, 'minsize'),
	partitions: or(list(partition, 'a list of partitions'), []),
});

const file = table({
	path: required(stateFilePath),
	data: or(text('a text', {isSecret: true}), ''),
	mode: or(mode, 0o644),
	user: or(account, 'root'),
	group: or(account, 'root'),
});

const kernel = table({
	append: optional(kernelArgument),
	name: optional(refused('no name: the kernel is the one of the image')),
});

const localeTable = table({
	languages: or(list(locale, 'a list of locales'), []),
	keyboard: optional(keymap),
});

const timeTable = table({
	timezone: optional(timeZone),
	ntpServers: optional(list(timeServer, 'a list of time servers'), 'ntpservers'),
});

function refusedKeys<const Key extends string>(keys: readonly Key[], expected: string) {
	const members = keys.map((key) => [key, optional(refused(expected), key)] as const);
	return Object.fromEntries(members) as Record<Key, Member<undefined>>;
}

const customizations = table({
	hostname: optional(hostname),
	kernel: optional(kernel),
	sshKeys: or(
		list(table({user: required(accountName), key: required(sshKey)}), 'a list of keys'),
		[],
		'sshkey',
	),
	users: or(list(user, 'a list of users', {identity: sameKey('name')}), [], 'user'),
	groups: or(
		list(table({name: required(accountName), gid: optional(accountId)}), 'a list of groups', {
			identity: sameKey('name'),
		}),
		[],
		'group',
	),
	time: optional(timeTable, 'timezone'),
	locale: optional(localeTable),
	services: optional(table({enabled: units, disabled: units, masked: units})),
	fileSystems: or(
		list(fileSystem, 'a list of file systems', {identity: sameKey('mountpoint')}),
		[],
		'filesystem',
	),
	disk: optional(disk),
	installationDevice: optional(absolutePath, 'installation_device'),
	files: or(list(file, 'a list of files', {identity: sameKey('path')}), []),
	certificates: optional(
		table({pem: or(list(anyText, 'a list of PEM texts'), [], 'pem_certs')}),
		'cacerts',
	),
	fips: optional(
		converted<boolean, boolean>(
			flag,
			{read: (on) => (on ? undefined : on), write: (on) => on},
			'false; FIPS is up to the image',
		),
	),
	...refusedKeys(
		['firewall', 'directories', 'repositories', 'rpm', 'dnf', 'openscap', 'containers-storage'],
		inContainerfile,
	),
	...refusedKeys(['installer'], 'a kickstart as a file of its own'),
	...refusedKeys(['partitioning_mode'], 'customizations.disk'),
	...refusedKeys(['fdo', 'ignition', 'rhsm', 'firstboot', 'iso'], 'it not to be asked for'),
});

export type Customizations = NonNullable<ReturnType<typeof customizations.read>>;

export const blueprint = table({
	customizations: required(customizations),
	name: optional(text('a text')),
	description: optional(text('a text')),
	version: optional(text('a text')),
	...refusedKeys(
		[
			'packages',
			'modules',
			'enabled_modules',
			'groups',
			'containers',
			'distro',
			'architecture',
			'minimal',
		],
		inContainerfile,
	),
});
