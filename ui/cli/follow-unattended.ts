import {once} from 'node:events';
import {OperationFailed} from '../../engine/errors.ts';
import {followRun} from '../../installer/background/follow-run.ts';
import {runFiles, type StoredEnding} from '../../installer/background/run-files.ts';
import type {UnattendedRun} from '../../installer/found/unattended-run.ts';
import {type FinishAction, finishAction} from '../../installer/live/finish.ts';
import type {CommandContext} from './command.ts';
import {startProgress} from './progress/start.ts';
import {shownRecoveryKey} from './recovery-code.ts';

/**
 * Shows line by line what goes on without this console, and then does what is for a console to do.
 * @returns what was to come after it; restarting is not this process's own doing, but it waits for that
 * @throws OperationFailed `interrupted` when this console is to end before it
 */
export async function followUnattended(
	context: CommandContext,
	run: UnattendedRun,
): Promise<FinishAction> {
	const ending = await showRun(context, run);
	const isInstalled = ending.kind === 'installed';
	context.print(ending.message);
	if (ending.kind === 'failed' && ending.hint !== undefined)
		context.print(`  hint: ${ending.hint}`);
	const {action, onFailure} = run;
	const next = finishAction({action, onFailure}, isInstalled);
	switch (next) {
		case 'reboot':
		case 'poweroff':
			context.print(next === 'reboot' ? 'The machine restarts.' : 'The machine is powered off.');
			if (!context.signal.aborted) await once(context.signal, 'abort');
			break;
		case 'shell':
			await (await context.system()).runOnTerminal(process.env.SHELL ?? '/bin/sh', []);
			break;
		case 'wait':
			break;
	}
	return next;
}

async function showRun(
	{signal, print}: CommandContext,
	{showsCode}: UnattendedRun,
): Promise<StoredEnding> {
	using progress = startProgress(
		{quiet: false, 'progress-fd': undefined},
		{write: (text) => process.stderr.write(text)},
	);
	for await (const news of followRun(runFiles(), signal)) {
		if (news.kind === 'event') {
			progress.report(news.event);
			continue;
		}
		if (news.recoveryKey !== undefined) print(shownRecoveryKey(news.recoveryKey, showsCode));
		return news.ending;
	}
	throw new OperationFailed('interrupted', 'interrupted: the installation goes on');
}
