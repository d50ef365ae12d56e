/**
 * The one installation that a live system begins by itself: one in the life of a boot, whatever comes of it,
 * and on one of its consoles.
 */
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import {readStateFile, stateVersion} from '../../engine/state-file.ts';
import {replaceFile} from '../../engine/system/durable-file.ts';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../answers/answers.ts';
import {runFolder} from '../background/run-files.ts';

const actions = ['reboot', 'poweroff', 'shell', 'wait'] as const;

const note = v.object({
	version: v.literal(stateVersion),
	action: v.optional(v.picklist(actions)),
	onFailure: v.optional(v.picklist(actions)),
	/** A recovery key that is shown is a QR code too, where that can be drawn. */
	showsCode: v.boolean(),
});

/** What was begun, for the other consoles. */
export type UnattendedRun = v.InferOutput<typeof note>;

const noteIn = (folder: string): string => path.join(folder, 'unattended.json');

export async function readUnattendedRun(folder = runFolder): Promise<UnattendedRun | undefined> {
	return (await readStateFile(noteIn(folder), note)).content;
}

/** Before it is begun: what fails at once is not tried again and again. */
export async function noteUnattendedRun(
	{finish: {action, onFailure}, storage}: Answers,
	folder = runFolder,
): Promise<UnattendedRun> {
	const run: UnattendedRun = {
		version: stateVersion,
		...(action !== undefined && {action}),
		...(onFailure !== undefined && {onFailure}),
		showsCode: storage.encryption?.recoveryKeyShown !== 'screen',
	};
	await replaceFile(noteIn(folder), `${JSON.stringify(run)}\n`, {mode: 0o600});
	return run;
}

/** Held by the console that looks for a configuration; the others wait, and then see what it began. */
export async function lockConsoles(
	system: Pick<System, 'lock'>,
	signal: AbortSignal,
	folder = runFolder,
): Promise<Disposable> {
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const unlock = await system.lock(path.join(folder, 'consoles'), {signal});
	return {[Symbol.dispose]: unlock};
}
