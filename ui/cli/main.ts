#!/usr/bin/env node
/** The program `slipway`: connects the command table with the process. Nothing imports it. */
import {OperationFailed} from '../../engine/errors.ts';
import type {CommandContext} from './command.ts';
import {commandTable} from './commands/table.ts';
import {reportError} from './error-text.ts';
import {watchForInterruption} from './interruption.ts';
import {restoreEnvironment} from './launcher-environment.ts';
import {runCommandLine} from './run.ts';

restoreEnvironment(process.env);
const output = watchOutput();
const interruption = watchForInterruption();
process.on('uncaughtException', (error) => process.exit(endWithError(error)));
const status = await main(process.argv.slice(2));
const outputFailure = await output.settled();
// Explicitly: a handle that something left open must not hold a finished command up.
process.exit(outputFailure === undefined ? status : endWithError(outputFailure));

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
			process.stdout.write(lines.map((line) => `${line}\n`).join(''));
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

/** A pipe takes what is written only as fast as it is read, and a disk may be full. */
function watchOutput(): {settled(): Promise<OperationFailed | undefined>} {
	let failure: OperationFailed | undefined;
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		// `slipway … | head` is no error: nobody wants the rest.
		if (error.code === 'EPIPE') return;
		failure = new OperationFailed(
			'output-failed',
			`standard output cannot be written: ${error.code ?? error.message}`,
			{hint: 'Make room where it goes, or send it elsewhere.', cause: error},
		);
	});
	process.stderr.on('error', () => {});
	return {
		async settled() {
			await Promise.all([process.stdout, process.stderr].map(written));
			return failure;
		},
	};
}

/** Resolves when all that was written so far is out, or will never be. */
function written(stream: NodeJS.WriteStream): Promise<void> {
	return new Promise((resolve) => stream.write('', () => setImmediate(resolve)));
}
