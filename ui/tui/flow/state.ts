/** Where the person is and what was learnt so far: all that decides what is shown. */
import type {Answers} from '../../../installer/answers/answers.ts';
import type {
	DiskFacts,
	InstallRun,
	MachineFacts,
	PlannedInstall,
	ReadKeys,
	RunEnding,
	RunEvent,
	SavedAnswers,
} from '../port.ts';
import {type Draft, emptyDraft, type FieldId} from './draft.ts';
import {type InstallProgress, noInstallProgress} from './install-progress.ts';

/** In the order in which they are gone through. */
export const questionScreens = [
	'welcome',
	'disk',
	'layout',
	// The keyboard is asked for before anything is typed that is not shown.
	'system',
	'encryption',
	'account',
	'network',
	'updates',
	'summary',
	'confirm',
] as const;
export type QuestionScreen = (typeof questionScreens)[number];
export type ScreenName = QuestionScreen | 'progress' | 'result' | 'error';

export type ActionId =
	| 'rescan'
	| 'add-keys'
	| 'drop-keys'
	| 'save-answers'
	| 'save-log'
	| 'toggle-log'
	| 'toggle-code'
	| 'stop'
	| 'shell'
	| 'reboot'
	| 'poweroff'
	| 'change'
	| 'retry'
	| 'quit';

export interface Message {
	readonly kind: 'error' | 'news';
	readonly text: string;
}

export interface FlowState {
	readonly screen: ScreenName;
	readonly draft: Draft;
	readonly message: Message | undefined;
	readonly machine: MachineFacts | undefined;
	/** Why nothing is known of it. */
	readonly machineFailure: Failure | undefined;
	/** Undefined while they are looked at. */
	readonly disks: readonly DiskFacts[] | undefined;
	/** The plan for the draft as it is; undefined while it is made, and when it cannot be. */
	readonly planned: {readonly answers: Answers; readonly plan: PlannedInstall} | undefined;
	/** What speaks against it, when that is why there is no plan. */
	readonly planFailure: Failure | undefined;
	/** An installation is being started: from here on something may be written. */
	readonly isStarting: boolean;
	/** The keymap that was loaded for the questions; undefined for the one that was there. */
	readonly loadedKeymap: string | undefined;
	readonly run: InstallRun | undefined;
	readonly progress: InstallProgress;
	readonly showsLog: boolean;
	/** The recovery key as a QR code. */
	readonly showsCode: boolean;
	readonly ending: RunEnding | undefined;
	/** What is waited for, for people. */
	readonly busy: string | undefined;
	/** What the same key does when it is pressed once more. */
	readonly armed: 'quit' | 'stop' | undefined;
}

export interface Failure {
	readonly message: string;
	readonly hint: string | undefined;
}

export const firstState: FlowState = {
	screen: 'welcome',
	draft: emptyDraft,
	message: undefined,
	machine: undefined,
	machineFailure: undefined,
	disks: undefined,
	planned: undefined,
	planFailure: undefined,
	isStarting: false,
	loadedKeymap: undefined,
	run: undefined,
	progress: noInstallProgress,
	showsLog: false,
	showsCode: false,
	ending: undefined,
	busy: 'Looking at this machine',
	armed: undefined,
};

export type FlowEvent =
	/** Of the person. */
	| {readonly type: 'set'; readonly id: FieldId; readonly value: string}
	| {readonly type: 'next'}
	| {readonly type: 'back'}
	| {readonly type: 'act'; readonly id: ActionId}
	/** Of the machine. */
	| {readonly type: 'machine-read'; readonly machine: MachineFacts}
	| {readonly type: 'machine-failed'; readonly failure: Failure}
	| {readonly type: 'disks-listed'; readonly disks: readonly DiskFacts[]}
	| ({readonly type: 'keys-read'} & ReadKeys)
	| {readonly type: 'planned'; readonly answers: Answers; readonly plan: PlannedInstall}
	| {readonly type: 'plan-failed'; readonly failure: Failure}
	| {readonly type: 'started'; readonly run: InstallRun}
	| {readonly type: 'not-started'; readonly failure: Failure}
	| {readonly type: 'run'; readonly event: RunEvent}
	/** Time passes, in ms since the epoch, while an installation runs. */
	| {readonly type: 'tick'; readonly at: number}
	| {readonly type: 'answers-saved'; readonly saved: SavedAnswers}
	| {readonly type: 'log-saved'; readonly path: string}
	/** What was asked of the machine did not work; the screen stays. */
	| {readonly type: 'failed'; readonly failure: Failure};

/** What the machine is asked to do. */
export type Effect =
	| {readonly type: 'read-machine'}
	| {readonly type: 'list-disks'}
	| {readonly type: 'load-keymap'; readonly keymap: string}
	| {readonly type: 'read-keys'; readonly source: string}
	| {readonly type: 'plan'; readonly draft: Draft}
	| {readonly type: 'cancel-plan'}
	| {readonly type: 'start'; readonly answers: Answers; readonly plan: PlannedInstall}
	| {readonly type: 'follow'; readonly run: InstallRun}
	| {readonly type: 'stop'; readonly run: InstallRun}
	| {readonly type: 'forget'; readonly run: InstallRun}
	| {
			readonly type: 'save-answers';
			readonly answers: Answers;
			readonly disk: DiskFacts | undefined;
	  }
	| {readonly type: 'save-log'}
	| {readonly type: 'shell'}
	| {readonly type: 'restart'; readonly how: 'reboot' | 'poweroff'}
	| {readonly type: 'quit'};

export interface Transition {
	readonly state: FlowState;
	readonly effects: readonly Effect[];
}
