import {diffMachineEtc, type MachineEtcDiff} from '../../../engine/deployment/diff-machine.ts';
import {exitStatus} from '../../../engine/errors.ts';
import {defineCommand} from '../command.ts';
import {formatEtcDiff, pathText} from '../etc-diff.ts';

export const command = defineCommand({
	description: [
		'Lists how /etc of this machine differs from that of its image, one path a line. The letter before it says how: A added here, M another content, P the same content with other permissions, owner or attributes, T of another type, D removed, ? not readable by you.',
		'An H after the letter: the image has come with a new default for it, which the local version hides. New is what differs from the image whose /etc was taken over at the last update. The users and groups that an image adds appear by themselves, so passwd, group, shadow and gshadow never have an H.',
		'Changes nothing. It reads the image, which only root may do on an installed machine.',
	],
	options: {
		staged: {
			type: 'boolean',
			help: 'Compare with the image that is staged, to see what it brings before it is booted.',
		},
		json: {type: 'boolean', help: 'Print the differences as JSON.'},
	},
	positionals: {},
	examples: [
		['slipway diff', 'What was changed on this machine.'],
		["slipway diff --staged | grep '^.H'", 'What to look at before an update.'],
	],
	async run(context, {options}) {
		const part = options.staged ? 'staged' : 'booted';
		const diff = await diffMachineEtc(await context.system(), part);
		context.print(...(options.json ? [formatJson(diff)] : formatEtcDiff(diff)));
		return exitStatus.ok;
	},
});

function formatJson({changes, ...diff}: MachineEtcDiff): string {
	const shown = changes.map((change) => ({...change, path: pathText(change.path)}));
	return JSON.stringify({version: 1, ...diff, changes: shown}, undefined, 2);
}
