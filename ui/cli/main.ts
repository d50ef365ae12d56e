#!/usr/bin/env node
/** The program `slipway`: connects the command table with the process. Nothing imports it. */
import type {CommandContext} from './command.ts';
import {commandTable} from './commands/table.ts';
import {reportError} from './error-text.ts';
import {watchForInterruption} from './interruption.ts';
import {restoreLibraryPath} from './library-path.ts';
import {runCommandLine} from './run.ts';

restoreLibraryPath(process.env);
endQuietlyWithoutReader();
const interruption = watchForInterruption();
process.on('uncaughtException', (error) => process.exit(endWithError(error)));
// Explicitly: a handle that something left open must not hold a finished command up.
process.exit(await main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<number> {
	try {
		return await runCommandLine(words, commandTable, processContext(), interruption);
	} catch (error) {
		return endWithError(error);
	}
}

/** Tells the error; gives the exit status. */
function endWithError(error: unknown): number {
	const report = reportError(error, {debug: isDebugging()});
	process.stderr.write(`${report.lines.join('\n')}\n`);
	return interruption.exitStatus() ?? report.exitStatus;
}

function processContext(): CommandContext {
	return {
		print: (...lines) => {
			process.stdout.write(`${lines.join('\n')}\n`);
		},
		write: (text) => {
			process.stdout.write(text);
		},
		signal: interruption.signal,
		system: async () => (await import('../../engine/system/host.ts')).hostSystem(),
		startProgress: async (options) =>
			(await import('./progress/start.ts')).startProgress(options, process.stderr),
	};
}

function isDebugging(): boolean {
	return !['', '0', undefined].includes(process.env.SLIPWAY_DEBUG);
}

/** `slipway … | head` is no error: nobody wants the rest. */
function endQuietlyWithoutReader(): void {
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') throw error;
	});
	process.stderr.on('error', () => {});
}
