/** bootc's installation settings, `install/*.toml`, as a configuration. */

import {type Answers, noAnswers} from '../answers/answers.ts';
import {hostArchitecture} from '../architecture.ts';
import {rootFileSystems} from '../disk/layout-settings.ts';
import {choice, refused} from './field.ts';
import {list} from './list-field.ts';
import {MistakeList} from './mistake.ts';
import type {ForeignConfig} from './read-config.ts';
import {only, optional, or, table} from './table-field.ts';
import {anyText, kernelArgument} from './value-fields.ts';

const architectures = list(anyText, 'a list of architectures');

/** @see bootc-install-config(5) */
const install = table({
	rootFsType: optional(choice(rootFileSystems)),
	fileSystem: optional(
		table({root: optional(table({type: optional(choice(rootFileSystems))}))}),
		'filesystem',
	),
	kargs: or(list(kernelArgument, 'a list of kernel arguments'), []),
	matchArchitectures: optional(architectures),
	matchArchitecturesToo: optional(architectures, 'match_architectures'),
	block: or(list(choice(['direct', 'tpm2-luks']), 'a list of block setups', {least: 1}), [
		'direct',
	]),
	stateroot: optional(choice(['default'])),
	bootloader: optional(choice(['systemd'])),
	bootupd: optional(refused('no bootupd: systemd-boot is used')),
	ostree: optional(refused('no ostree: composefs is used')),
	rootMountSpec: optional(refused('no mount specification: the root is found by its UUID')),
	bootMountSpec: optional(
		refused('no mount specification: the boot partition is found by its type'),
	),
});

const document = only('install', install);

export const bootcInstallConfig: ForeignConfig = {
	isOne: ({entries}) => entries.has('install') && !entries.has('version'),
	read(node, file) {
		const [mistakes, warnings] = [new MistakeList(file), new MistakeList(file)];
		const said = document.read(node, {mistakes, allowsInlineSecrets: false});
		const matched = said?.matchArchitectures ?? said?.matchArchitecturesToo;
		const own = hostArchitecture().kernel;
		const isForOthers = matched !== undefined && !matched.includes(own);
		if (isForOthers)
			warnings.add(node.at, {key: '', found: `for ${matched.join(', ')} alone`, expected: own});
		return {
			answers: said === undefined || isForOthers ? noAnswers : answersOf(said),
			mistakes: mistakes.sorted(),
			warnings: warnings.sorted(),
		};
	},
};

type Install = NonNullable<ReturnType<typeof install.read>>;

/** The first block setup is the default, and nobody is asked for another. */
function answersOf({fileSystem, rootFsType, kargs, block}: Install): Answers {
	const isEncrypted = block[0] === 'tpm2-luks';
	return {
		...noAnswers,
		storage: {
			...noAnswers.storage,
			fileSystem: fileSystem?.root?.type ?? rootFsType,
			encryption: isEncrypted
				? {passphrase: undefined, tpm2: {pcrs: [7], pin: undefined}, recoveryKeyPath: undefined}
				: undefined,
		},
		boot: {...noAnswers.boot, kernelArguments: kargs},
	};
}
