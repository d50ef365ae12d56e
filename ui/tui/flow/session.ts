/** The flow and the machine together: events go in, effects are done, what comes of them goes in again. */
import {EngineError} from '../../../engine/errors.ts';
import type {Secret} from '../../../installer/answers/secret.ts';
import type {InstallerPort, InstallRun} from '../port.ts';
import {type Draft, draftAnswers} from './draft.ts';
import {firstEffects, reduce} from './reduce.ts';
import {chosenDisk} from './screens/disk.ts';
import {type Effect, type Failure, type FlowEvent, type FlowState, firstState} from './state.ts';

/** How often the time that passes is told. */
const tickMs = 1000;

/** What only the front end can do, since the terminal is its own. */
export interface FrontEnd {
	/** Gives the terminal away for as long as `use` takes. */
	lendTerminal(use: () => Promise<void>): Promise<void>;
	/** The person is done. */
	quit(): void;
}

export class Session {
	#state: FlowState = firstState;
	readonly #port: InstallerPort;
	readonly #frontEnd: FrontEnd;
	readonly #listeners = new Set<(event: FlowEvent) => void>();
	readonly #ended = new AbortController();
	readonly #working = new Set<Promise<void>>();
	#planning = new AbortController();
	#hashed: {readonly password: string; readonly hash: Secret} | undefined;

	constructor(port: InstallerPort, frontEnd: FrontEnd) {
		this.#port = port;
		this.#frontEnd = frontEnd;
	}

	get state(): FlowState {
		return this.#state;
	}

	/** Looks at the machine, and for an installation that goes on. */
	begin(): void {
		for (const effect of firstEffects) this.#start(effect);
		this.#track(this.#attach());
	}

	dispatch(event: FlowEvent): void {
		if (this.#ended.signal.aborted) return;
		const {state, effects} = reduce(this.#state, event);
		this.#state = state;
		for (const listener of this.#listeners) listener(event);
		for (const effect of effects) this.#start(effect);
	}

	/** Called after each event; the result ends that. */
	onChange(listener: (event: FlowEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Resolves when nothing is waited for any more but an installation that goes on. */
	async settled(): Promise<void> {
		while (this.#working.size > 0) await Promise.all(this.#working);
	}

	/** What goes on without the person goes on; what was begun for the screens ends. */
	end(): void {
		this.#ended.abort();
		this.#planning.abort();
	}

	async #attach(): Promise<void> {
		const run = await this.#port.findRun();
		if (run !== undefined) this.dispatch({type: 'started', run});
	}

	#start(effect: Effect): void {
		const work = this.#perform(effect);
		// An installation takes as long as it takes; nobody waits for the end of that.
		if (effect.type === 'follow') void this.#reported(work);
		else this.#track(work);
	}

	#track(work: Promise<void>): void {
		const reported = this.#reported(work);
		this.#working.add(reported);
		void reported.then(() => this.#working.delete(reported));
	}

	async #reported(work: Promise<void>): Promise<void> {
		try {
			await work;
		} catch (error) {
			if (this.#ended.signal.aborted) return;
			this.dispatch({type: 'failed', failure: failureOf(error)});
		}
	}

	async #perform(effect: Effect): Promise<void> {
		const port = this.#port;
		switch (effect.type) {
			case 'read-machine':
				return await this.#readMachine();
			case 'list-disks':
				return this.dispatch({type: 'disks-listed', disks: await port.listDisks()});
			case 'load-keymap':
				return await port.loadKeymap(effect.keymap);
			case 'read-keys':
				return this.dispatch({type: 'keys-read', ...(await port.readKeys(effect.source))});
			case 'plan':
				return await this.#plan(effect.draft);
			case 'cancel-plan':
				return this.#planning.abort();
			case 'start':
				return await this.#install(effect);
			case 'follow':
				return await this.#follow(effect.run);
			case 'stop':
				return await effect.run.stop();
			case 'save-answers':
				return this.dispatch({
					type: 'answers-saved',
					saved: await port.saveAnswers(effect.answers, effect.disk),
				});
			case 'save-log':
				return this.dispatch({type: 'log-saved', path: await port.saveLog()});
			case 'shell':
				return await this.#frontEnd.lendTerminal(() => port.openShell());
			case 'restart':
				return await port.restart(effect.how);
			case 'forget':
				return await effect.run.forget();
			case 'quit':
				// Its end was seen; while it goes on, the next one who looks shall find it.
				if (this.#state.ending !== undefined) await this.#state.run?.forget();
				return this.#frontEnd.quit();
		}
	}

	async #readMachine(): Promise<void> {
		try {
			this.dispatch({type: 'machine-read', machine: await this.#port.readMachine()});
		} catch (error) {
			this.dispatch({type: 'machine-failed', failure: failureOf(error)});
		}
	}

	async #plan(draft: Draft): Promise<void> {
		this.#planning.abort();
		const planning = new AbortController();
		this.#planning = planning;
		try {
			const {machine} = this.#state;
			if (machine === undefined) return;
			const hash = await this.#hash(draft.password);
			const answers = draftAnswers(draft, machine, hash, chosenDisk(this.#state)?.reinstall);
			const plan = await this.#port.plan(answers, planning.signal);
			if (!planning.signal.aborted) this.dispatch({type: 'planned', answers, plan});
		} catch (error) {
			if (planning.signal.aborted) return;
			this.dispatch({type: 'plan-failed', failure: failureOf(error)});
		}
	}

	async #install({answers, plan}: Extract<Effect, {type: 'start'}>): Promise<void> {
		try {
			this.dispatch({type: 'started', run: await this.#port.start(answers, plan)});
		} catch (error) {
			this.dispatch({type: 'not-started', failure: failureOf(error)});
		}
	}

	/** Each time with a new salt, so the same password is hashed once. */
	async #hash(password: string): Promise<Secret | undefined> {
		if (password === '') return undefined;
		if (this.#hashed?.password !== password)
			this.#hashed = {password, hash: await this.#port.hashPassword(password)};
		return this.#hashed.hash;
	}

	async #follow(run: InstallRun): Promise<void> {
		const ticker = setInterval(() => this.dispatch({type: 'tick', at: Date.now()}), tickMs);
		try {
			for await (const event of run.follow(this.#ended.signal)) this.dispatch({type: 'run', event});
		} finally {
			clearInterval(ticker);
		}
	}
}

function failureOf(error: unknown): Failure {
	if (error instanceof EngineError) return {message: error.message, hint: error.hint};
	return {message: error instanceof Error ? error.message : String(error), hint: undefined};
}
