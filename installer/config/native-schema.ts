/** What slipway's own configuration may say: the one declaration behind check, answers, TOML and JSON Schema. */
import {
	type BootAnswers,
	type FileAnswer,
	type FinishAnswers,
	type MachineMatch,
	noAnswers,
	type Script,
} from '../answers/answers.ts';
import {firmwares} from '../disk/firmware.ts';
import {groups, root, users} from './account-schema.ts';
import {diskSelectors} from './disk-selector-fields.ts';
import {
	choice,
	converted,
	type Field,
	flag,
	notOfKind,
	text,
	wholeNumber,
	wrongValue,
} from './field.ts';
import {list, record, sameKey, wholeItem} from './list-field.ts';
import {network} from './network-schema.ts';
import {contentSource, fileContent, secretSource} from './secret-fields.ts';
import {storage} from './storage-schema.ts';
import {optional, or, required, sparse, table} from './table-field.ts';
import {
	absolutePath,
	anyText,
	hostname,
	imageReference,
	kernelArgument,
	keymap,
	locale,
	macAddress,
	mode,
	seconds,
	stateFilePath,
	timeServer,
	timeZone,
	unitName,
	updateWindow,
} from './value-fields.ts';

const image = table({target: optional(imageReference)});

const boot: Field<BootAnswers> = converted(
	table({
		kernelArguments: or(list(kernelArgument, 'a list of kernel arguments'), [], 'kargs'),
		timeoutSeconds: optional(wholeNumber(0, 3600, 'seconds'), 'timeout'),
		firmware: optional(choice(firmwares)),
	}),
	{
		read: ({firmware, ...boot}): BootAnswers =>
			firmware === undefined ? boot : {...boot, firmware},
		write: (boot) => ({firmware: undefined, ...boot}),
	},
);

const system = table({
	hostname: optional(hostname),
	locale: optional(locale),
	keymap: optional(keymap),
	timeZone: optional(timeZone, 'timezone'),
	ntpServers: optional(list(timeServer, 'a list of time servers', {identity: wholeItem}), 'ntp'),
});

const certificates = list(contentSource, 'a list of certificates, each as PEM');
const keyFileName = {pattern: /^\w[\w.-]{0,100}$/, expected: 'keys by the name of their file'};

const registry = table({
	auth: optional(secretSource),
	caCertificates: or(certificates, [], 'ca'),
	signingKeys: or(record(contentSource, keyFileName), new Map()),
	policy: optional(contentSource),
});

const updates = table({
	mode: optional(choice(['apply', 'stage', 'off'])),
	window: optional(updateWindow),
});

const cloudInit = table({
	userData: required(secretSource),
	metaData: optional(secretSource),
	networkConfig: optional(secretSource),
});

const units = list(unitName, 'a list of units', {identity: wholeItem});

const services = table({
	enable: or(units, []),
	disable: or(units, []),
	mask: or(units, []),
});

const account = text('the name or number of an account', {
	pattern: /^(?:[a-z_][a-z0-9_-]{0,31}|\d{1,10})$/,
});

const file: Field<FileAnswer> = table({
	path: required(stateFilePath),
	content: required(fileContent),
	mode: or(mode, 0o644),
	user: or(account, 'root'),
	group: or(account, 'root'),
});

const script: Field<Script> = table({
	text: required(anyText, 'run'),
	interpreter: or(absolutePath, '/bin/sh'),
	chroot: or(flag, true),
	required: or(flag, true),
	timeoutSeconds: or(seconds, 600, 'timeout'),
	log: optional(absolutePath),
});

const scriptList = or(list(script, 'a list of scripts'), []);

const scripts = table({
	pre: scriptList,
	preInstall: scriptList,
	post: scriptList,
	onError: scriptList,
});

const finish: Field<FinishAnswers> = converted(
	table({
		action: optional(choice(['reboot', 'poweroff', 'shell', 'wait'])),
		onFailure: optional(choice(['wait', 'shell', 'reboot', 'poweroff'])),
		eject: optional(flag),
	}),
	{
		read: ({eject, ...finish}): FinishAnswers =>
			eject === undefined ? finish : {...finish, eject},
		write: (finish) => ({eject: undefined, ...finish}),
	},
);

const machineSyntax = 'a table with serial, dmi-uuid or mac';

const machine: Field<MachineMatch> = converted(
	sparse(table({serial: optional(anyText), dmiUuid: optional(anyText), mac: optional(macAddress)})),
	{
		read: (match): MachineMatch | undefined =>
			Object.keys(match).length === 0 ? undefined : match,
		write: (match) => match,
	},
	machineSyntax,
);

const credentialNames = {
	pattern: /^(?!\.{1,2}$)[\x21-\x2e\x30-\x7e]{1,255}$/,
	expected: 'credentials by their name',
};

const answersMembers = {
	disk: optional(diskSelectors),
	storage: or(storage, noAnswers.storage),
	image: or(image, noAnswers.image),
	boot: or(boot, noAnswers.boot),
	system: or(system, noAnswers.system),
	root: or(root, noAnswers.root),
	users: or(users, [], 'user'),
	groups: or(groups, [], 'group'),
	network: or(network, noAnswers.network),
	registry: or(registry, noAnswers.registry),
	updates: or(updates, noAnswers.updates),
	services: or(services, noAnswers.services),
	files: or(list(file, 'a list of files', {identity: sameKey('path')}), []),
	credentials: or(record(secretSource, credentialNames), new Map()),
	cloudInit: optional(cloudInit),
	scripts: or(scripts, noAnswers.scripts),
	finish: or(finish, noAnswers.finish),
	arm: or(list(machine, `a list; each item is ${machineSyntax}`), []),
	unattended: optional(flag),
};

export const configVersion: number = 1;

const version: Field<number> = {
	expected: String(configVersion),
	jsonSchema: {const: configVersion},
	read(node, reading) {
		if (node.kind !== 'number') return notOfKind(node, version.expected, reading);
		return node.value === configVersion ? node.value : wrongValue(node, version.expected, reading);
	},
	write: (value) => value,
};

const readingMembers = {allowInlineSecrets: or(flag, false), ...answersMembers};

/** A whole file. */
export const wholeConfig = table({
	version: required(version),
	...readingMembers,
});

/** A piece of one, in a file of another kind. */
export const partOfConfig = table(readingMembers);
