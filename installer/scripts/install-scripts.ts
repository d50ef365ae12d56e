import {appendFileSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {EngineError, firstFailure, Lacking, Refused, UsageError} from '../../engine/errors.ts';
import type {ProgressEvent, ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {ScriptAnswers} from '../answers/answers.ts';
import {scratchFolder} from '../scratch.ts';
import {runScripts} from './run-scripts.ts';
import type {ScriptFacts} from './script-environment.ts';
import {type TargetSource, withTarget} from './target-root.ts';

export interface ScriptsOfInstall {
	readonly scripts: ScriptAnswers;
	/** Undefined as long as it is not selected. */
	readonly disk: string | undefined;
	readonly signal: AbortSignal;
}

/** The scripts of one installation, each kind at its moment, and what they can know of it. */
export class InstallScripts implements Disposable {
	readonly #system: System;
	readonly #install: ScriptsOfInstall;
	readonly #report: ProgressReporter;
	#folder: string | undefined;
	#step: string | undefined;

	constructor(system: System, install: ScriptsOfInstall, report: ProgressReporter) {
		this.#system = system;
		this.#install = install;
		this.#report = report;
		const {pre, preInstall, post, onError} = install.scripts;
		if ([...pre, ...preInstall, ...post, ...onError].length > 0)
			this.#folder = mkdtempSync(path.join(scratchFolder(), 'slipway-scripts-'));
	}

	/** Tells events, and keeps what scripts may read of them. */
	readonly report = (event: ProgressEvent): void => {
		if (event.type === 'step') this.#step = event.step;
		const line = logLine(event);
		if (line !== undefined && this.#log !== undefined)
			appendFileSync(this.#log, `${line}\n`, {mode: 0o600});
		this.#report(event);
	};

	/** @throws Refused `script-failed` */
	async beforeLooking(): Promise<void> {
		await this.#run('pre', this.#install.scripts.pre);
	}

	/** @throws Refused `script-failed` */
	async beforeWriting(): Promise<void> {
		await this.#run('pre-install', this.#install.scripts.preInstall);
	}

	/**
	 * On a disk that has everything but its boot entry.
	 * @throws OperationFailed `script-failed`, `target-busy`
	 */
	async inNewSystem(source: TargetSource): Promise<void> {
		const {post} = this.#install.scripts;
		if (post.length === 0) return;
		await withTarget(this.#system, source, (root) => this.#run('post', post, root));
	}

	/** Nothing that these scripts do changes how the installation ended; who interrupts it waits for none. */
	async afterFailure(error: unknown): Promise<void> {
		const {scripts, disk, signal} = this.#install;
		if (signal.aborted || scripts.onError.length === 0) return;
		const facts: ScriptFacts = {
			moment: 'on-error',
			disk,
			error: error instanceof Error ? error.message : String(error),
			...(this.#step !== undefined && {step: this.#step}),
			...(this.#log !== undefined && {log: this.#log}),
			result: leftUnchanged(error) ? 'unchanged' : 'unfinished',
		};
		// A failure of one that is required is a warning as well: there is nothing left to stop.
		const optional = scripts.onError.map((script) => ({...script, required: false}));
		const run = {facts, scripts: optional, target: undefined, signal: undefined};
		await runScripts(this.#system, run, this.report);
	}

	[Symbol.dispose](): void {
		if (this.#folder !== undefined) rmSync(this.#folder, {recursive: true});
		this.#folder = undefined;
	}

	get #log(): string | undefined {
		return this.#folder && path.join(this.#folder, 'log');
	}

	async #run(
		moment: 'pre' | 'pre-install' | 'post',
		scripts: ScriptAnswers['post'],
		target?: string,
	): Promise<void> {
		const {disk, signal} = this.#install;
		const log = this.#log;
		const facts: ScriptFacts = {
			moment,
			disk,
			...(target !== undefined && {target}),
			...(log !== undefined && {log}),
		};
		await runScripts(this.#system, {facts, scripts, target, signal}, this.report);
	}
}

/** These promise it. */
function leftUnchanged(thrown: unknown): boolean {
	const error = firstFailure(thrown);
	return (
		error instanceof EngineError &&
		[Refused, Lacking, UsageError].some((kind) => error instanceof kind)
	);
}

function logLine(event: ProgressEvent): string | undefined {
	switch (event.type) {
		case 'step':
			return event.title;
		case 'output':
			return `  ${event.line}`;
		case 'warning':
			return `warning: ${event.message}`;
		case 'advance':
		case 'done':
			return undefined;
	}
}
