import {EngineError, OperationFailed} from '../../engine/errors.ts';
import {version} from '../../engine/version.ts';
import {parseArguments} from './arguments.ts';
import type {Command, CommandContext} from './command.ts';
import {type CommandEntry, resolveInvocation} from './command-line.ts';
import {formatCommandHelp, formatExitStatusTopic, formatOverview} from './help.ts';
import type {Interruption} from './interruption.ts';

/** Does what the command line asks and gives the exit status. @throws what the command throws */
export async function runCommandLine(
	words: readonly string[],
	table: readonly CommandEntry[],
	context: CommandContext,
	interruption: Interruption,
): Promise<number> {
	const invocation = resolveInvocation(words, table);
	switch (invocation.kind) {
		case 'version':
			context.print(`slipway ${version}`);
			return 0;
		case 'overview':
			context.print(...formatOverview(table, invocation.group));
			return 0;
		case 'topic':
			context.print(...formatExitStatusTopic());
			return 0;
		case 'help':
			context.print(...formatCommandHelp(invocation.entry, await invocation.entry.load()));
			return 0;
		case 'run': {
			const {entry, words} = invocation;
			const command = await entry.load();
			const args = parseArguments({name: entry.name, ...command}, words);
			return await untilInterrupted(command, command.run(context, args), interruption);
		}
	}
}

/** A command that cleans up is waited for; what it throws after the signal is only the abort. */
async function untilInterrupted(
	command: Command,
	running: Promise<number>,
	interruption: Interruption,
): Promise<number> {
	const interrupted = interruption.first.then(() => new Interrupted());
	if (!command.cleansUp) {
		const outcome = await Promise.race([running, interrupted]);
		if (outcome instanceof Interrupted) throw outcome;
		return outcome;
	}
	try {
		return await running;
	} catch (error) {
		// An error of its own, such as a clean-up that failed, says more than "interrupted".
		const isAbort = interruption.signal.aborted && !(error instanceof EngineError);
		throw isAbort ? new Interrupted() : error;
	}
}

class Interrupted extends OperationFailed {
	constructor() {
		super('interrupted', 'interrupted');
	}
}
