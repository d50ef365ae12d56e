/** Every screen, as a person gets there: keys and what the machine answers, without a terminal. */

import {noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {draftAnswers} from '../../../ui/tui/flow/draft.ts';
import {reduce} from '../../../ui/tui/flow/reduce.ts';
import {screens} from '../../../ui/tui/flow/screens/all.ts';
import {type FlowEvent, type FlowState, firstState} from '../../../ui/tui/flow/state.ts';
import type {ScreenView} from '../../../ui/tui/flow/view.ts';
import {type FormState, firstForm} from '../../../ui/tui/form/form-state.ts';
import {pressKey} from '../../../ui/tui/form/press-key.ts';
import type {MachineFacts} from '../../../ui/tui/port.ts';
import {decodeKeys} from '../../../ui/tui/terminal/keys.ts';
import {user} from '../../installer/bootstrap/planned.ts';
import {disks, installed, key, machine, manyDisks, runEvents} from './fake-port.ts';

/** A screen with the selection on it. */
export interface Scene {
	readonly state: FlowState;
	readonly form: FormState;
}

export function viewOf({state}: Scene): ScreenView {
	return screens[state.screen].view(state);
}

/** Applies events of the machine, as objects, and what is typed, as text. */
export function play(scene: Scene, ...inputs: readonly (string | FlowEvent)[]): Scene {
	return inputs.reduce<Scene>((played, input) => {
		if (typeof input !== 'string') return dispatch(played, input);
		const {keys} = decodeKeys(input, {isLate: true, followsReturn: false});
		return keys.reduce((before, pressed) => {
			const {form, events} = pressKey(viewOf(before), before.form, pressed);
			return events.reduce(dispatch, {state: before.state, form});
		}, played);
	}, scene);
}

function dispatch(scene: Scene, event: FlowEvent): Scene {
	const {state} = reduce(scene.state, event);
	const moved = {state, form: scene.form};
	return state.screen === scene.state.screen && scene.form.focus !== ''
		? moved
		: {state, form: firstForm(viewOf(moved))};
}

const nothingKnown: Scene = {state: firstState, form: firstForm(screens.welcome.view(firstState))};

const down = '\x1b[B';
const run = {
	disk: '/dev/nvme0n1',
	follow: async function* () {},
	stop: async () => {},
	forget: async () => {},
};

const welcome = play(nothingKnown, {type: 'machine-read', machine}, {type: 'disks-listed', disks});
const disk = play(welcome, '\r');
const layout = play(disk, '\r');
const system = play(layout, '\t\r');
const picking = play(system, '\t\t\t', 'eur');
const encryption = play(system, '\t\t\t\t\r');
const passphrase = play(encryption, '\t', `${down} `, '\tsecret words\tsecret words');
const account = play(encryption, '\t\t\r');
const accountDone = play(account, 'anna\tAnna Example\tpa55word\tpa55word\t', key, '\r\r', {
	type: 'keys-read',
	keys: [key],
	leftOut: 0,
});
const withoutSudo = play(
	nothingKnown,
	{type: 'machine-read', machine: {...machine, withoutSudo: 'the image has no sudo'}},
	{type: 'disks-listed', disks},
	'\r\r\t\r\t\t\t\t\r\t\t\r',
);
const network = play(accountDone, '\t\t\t\r');
const staticNetwork = play(network, `${down} `, '\tenp1s0\t192.0.2.7');
const updates = play(network, '\t\t\r');
const planning = play(updates, '\t\t\t\r');
const planned: FlowEvent = {
	type: 'planned',
	answers: draftAnswers(planning.state.draft, machine, undefined),
	plan: {
		fingerprint: 'f0',
		destroys: ['GPT with 4 partitions: vfat "ESP", no file system, BitLocker, ntfs "WinRE"'],
		keeps: [],
		makes: ['1  esp, 1.0 GiB, vfat', '2  root, 930 GiB, ext4'],
		warnings: ['changes to the files of the system will not be noticed: xfs has no fs-verity'],
	},
};
const summary = play(planning, planned);
const confirm = play(summary, '\r');
const begun = play(confirm, 'nvme0n1\r\r', {type: 'started', run});
const progress = play(begun, ...runEvents.map((event) => ({type: 'run', event}) as const));
const ended: FlowEvent = {type: 'run', event: installed};
const inContainer: MachineFacts = {
	...machine,
	surroundings: {kind: 'container', name: 'eager_hopper'},
};
const failed: FlowEvent = {
	type: 'run',
	event: {
		kind: 'ended',
		ending: {
			kind: 'failed',
			message: 'mke2fs -t ext4 /dev/nvme0n1 ended with status 1: Input/output error',
			hint: 'Run it again; a disk in this state needs no --wipe.',
			exitStatus: 1,
		},
	},
};

const withFound: MachineFacts = {
	...machine,
	checks: [
		...machine.checks,
		{
			name: 'Configuration',
			verdict: 'doubtful',
			text: 'the volume labelled SLIPWAY-CFG: not used, since the configuration was found, not named, and names no machine',
		},
	],
	found: {
		answers: {
			...noAnswers,
			users: [
				user({
					name: 'ada',
					sudo: 'password',
					passwordHash: new Secret('$6$found'),
					sshKeys: [key],
				}),
			],
			services: {enable: ['nginx.service'], disable: [], mask: []},
			files: [
				{
					path: '/etc/motd',
					content: {kind: 'text', text: 'hello'},
					mode: 0o644,
					user: 'root',
					group: 'root',
				},
			],
		},
		disk: '/dev/sda',
	},
};
const accountFound = play(
	nothingKnown,
	{type: 'machine-read', machine: withFound},
	{type: 'disks-listed', disks},
	'\r\r\t\r\t\t\t\t\r\t\t\r',
);
const withKey = play(progress, {
	type: 'run',
	event: {
		kind: 'ended',
		ending: {
			kind: 'installed',
			message: '/dev/nvme0n1 boots now',
			recoveryKey: 'bdhjkrtu-cefilnvb-dhjkrtuc-efilnvbd-hjkrtuce-filnvbdh-jkrtucef-ilnvbdhj',
		},
	},
});

/** By the name of the file that its frame is kept in. */
export const scenes: Readonly<Record<string, Scene>> = {
	'nothing-known': nothingKnown,
	'no-image': play(nothingKnown, {
		type: 'machine-failed',
		failure: {
			message: 'the image has no kernel: /usr/lib/modules is empty or missing',
			hint: 'Install a kernel in the image.',
		},
	}),
	welcome,
	'welcome-found': play(nothingKnown, {type: 'machine-read', machine: withFound}),
	'welcome-help': play(welcome, '?'),
	'welcome-leaving': play(welcome, '\x03'),
	disk,
	'disk-refused': play(disk, down, down),
	'disk-filtered': play(disk, '/', 'nvme'),
	'disk-hundred': play(disk, {type: 'disks-listed', disks: manyDisks}, '\x1b[6~\x1b[6~\x1b[6~'),
	'disk-none': play(disk, {type: 'disks-listed', disks: []}),
	layout,
	'layout-partition': play(layout, `${down} \t`),
	encryption,
	'encryption-passphrase': passphrase,
	'encryption-revealed': play(passphrase, '\x12'),
	account,
	'account-done': accountDone,
	'account-found': accountFound,
	'account-without-sudo': withoutSudo,
	'account-problem': play(account, 'Anna\t', '\t\t\t\t\t\t\r'),
	system,
	'system-picking': picking,
	network,
	'network-static': staticNetwork,
	updates,
	'summary-planning': planning,
	'summary-refused': play(planning, {
		type: 'plan-failed',
		failure: {
			message: '/dev/nvme0n1 is in use: sda1 is mounted at /mnt; /dev/nvme0n1 is read-only',
			hint: 'Unmount or stop what uses it, or take another disk.',
		},
	}),
	summary,
	'summary-end': play(summary, '\x1b[6~'),
	confirm,
	'confirm-wrong': play(confirm, 'sda\r\r'),
	progress,
	'progress-in-container': play(progress, {type: 'machine-read', machine: inContainer}),
	'progress-log': play(progress, 'l'),
	'progress-stopping': play(progress, '\x03'),
	result: play(progress, ended),
	'result-in-container': play(progress, {type: 'machine-read', machine: inContainer}, ended),
	'result-recovery-key': withKey,
	'result-recovery-code': play(withKey, 'k'),
	'result-saved': play(progress, {type: 'machine-read', machine: inContainer}, ended, {
		type: 'answers-saved',
		saved: {path: '/tmp/slipway-install.toml', leftOut: ['the passphrase']},
	}),
	error: play(progress, failed),
};
