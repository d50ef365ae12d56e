import {setTimeout} from 'node:timers/promises';
import {Lacking} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {liveImagePath, liveMediumPath} from '../../engine/source/live-root.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import {readMounts} from '../../engine/system/mount-points.ts';
import type {System} from '../../engine/system/system.ts';
import type {FinishAnswers} from '../answers/answers.ts';

export type FinishAction = NonNullable<FinishAnswers['action']>;

/** What comes after an installation that nobody watches. A medium that stays would begin it again, so: nothing. */
export function finishAction(
	{action, onFailure}: Pick<FinishAnswers, 'action' | 'onFailure'>,
	isInstalled: boolean,
): FinishAction {
	return (isInstalled ? action : onFailure) ?? 'wait';
}

/** So that who stands there reads how it ended. */
const pauseMs = 5000;

/** Puts out the medium, restarts or powers off; a shell is for a console to give. */
export async function finishMachine(
	system: Pick<System, 'run'>,
	finish: FinishAnswers,
	isInstalled: boolean,
	report: ProgressReporter,
	pause: (milliseconds: number) => Promise<unknown> = setTimeout,
): Promise<void> {
	if (isInstalled && finish.eject === true) await ejectMedium(system, report);
	const action = finishAction(finish, isInstalled);
	if (action !== 'reboot' && action !== 'poweroff') return;
	await pause(pauseMs);
	await system.run('systemctl', ['--no-block', action]);
}

async function ejectMedium(system: Pick<System, 'run'>, report: ProgressReporter): Promise<void> {
	const mounts = readMounts();
	const mountedAt = (place: string) => mounts.findLast(({path}) => path === place);
	const medium = mountedAt(liveMediumPath) ?? mountedAt(liveImagePath);
	try {
		if (medium !== undefined) await system.run('eject', [medium.source]);
	} catch (error) {
		if (!(error instanceof CommandFailed || error instanceof Lacking)) throw error;
		const message = `the medium cannot be put out: ${error.message}`;
		report({type: 'warning', code: 'not-ejected', message});
	}
}
