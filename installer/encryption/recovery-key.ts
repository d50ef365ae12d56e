import {accessSync, constants, statfsSync, statSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import {type EngineError, OperationFailed, Refused, UsageError} from '../../engine/errors.ts';
import type {Secret} from '../answers/secret.ts';
import type {PlanWarning} from '../plan.ts';
import type {EncryptionPlan, RecoveryKeyPlan} from './encryption-plan.ts';

/** File systems in memory, and those of containers and live systems, which have their changes there or lose them. */
const passingFileSystems: ReadonlySet<number> = new Set([
	0x0102_1994, // tmpfs
	0x8584_58f6, // ramfs
	0x794c_7630, // overlayfs
]);

/** In a folder, the file is named after the disk that it opens. */
export function recoveryKeyFile(
	{uuid}: Pick<EncryptionPlan, 'uuid'>,
	{path: place}: Extract<RecoveryKeyPlan, {kind: 'written'}>,
): string {
	const isFolder = statSync(place, {throwIfNoEntry: false})?.isDirectory() ?? false;
	return isFolder ? path.join(place, `slipway-recovery-key-${uuid}.txt`) : place;
}

export interface RecoveryKeyCheck {
	readonly problems: readonly EngineError[];
	readonly warnings: readonly PlanWarning[];
}

/**
 * Whether the recovery key will get to where it is to go.
 * @param isShown whether somebody sees what this installation gives
 */
export function checkRecoveryKey(plan: EncryptionPlan, isShown: boolean): RecoveryKeyCheck {
	if (plan.recoveryKey.kind === 'made-at-first-boot') return {problems: [], warnings: []};
	if (plan.recoveryKey.kind === 'shown') {
		const problem = new UsageError(
			'the recovery key would be shown, and nobody is there to see it',
			{
				hint: 'Say where to write it: --recovery-key FILE, or storage.encryption.recovery-key.save-to.',
			},
		);
		return {problems: isShown ? [] : [problem], warnings: []};
	}
	const file = recoveryKeyFile(plan, plan.recoveryKey);
	const problem = problemOf(file);
	if (problem !== undefined) return {problems: [problem], warnings: []};
	const isPassing = passingFileSystems.has(statfsSync(path.dirname(file)).type);
	return {problems: [], warnings: isPassing ? [passingWarning(file)] : []};
}

function problemOf(file: string): EngineError | undefined {
	const folder = path.dirname(file);
	if (statSync(file, {throwIfNoEntry: false}) !== undefined)
		return new Refused('recovery-key-exists', `${file} is there already`, {
			hint: 'It may be the key of another disk: move it away, or give another name.',
		});
	try {
		accessSync(folder, constants.W_OK);
		return undefined;
	} catch (cause) {
		const {code = 'unknown error'} = cause as NodeJS.ErrnoException;
		return new UsageError(`the recovery key cannot be written to ${folder}: ${code}`, {
			hint: 'Give a folder that is there, or a file in one; in a container, mount it there.',
			cause,
		});
	}
}

function passingWarning(file: string): PlanWarning {
	return {
		code: 'recovery-key-passing',
		message: `${file} is lost when the system or container ends that runs here`,
		hint: 'Copy the recovery key to another place before.',
	};
}

/** For its owner alone, and on the medium when this returns. */
export async function writeRecoveryKey(file: string, key: Secret): Promise<void> {
	try {
		await using handle = await open(file, 'wx', 0o600);
		await handle.writeFile(`${key.reveal()}\n`);
		await handle.sync();
	} catch (cause) {
		const {code = 'unknown error'} = cause as NodeJS.ErrnoException;
		throw new OperationFailed(
			'recovery-key',
			`the recovery key cannot be written to ${file}: ${code}`,
			{
				hint: 'Give another place for it, and run the installation again.',
				cause,
			},
		);
	}
}
