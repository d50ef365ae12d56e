/** What a command of the program is: its grammar and help as data, and the function that runs it. */
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';

interface OptionBase {
	/** One letter, for `-b`. */
	readonly short?: string;
	readonly help: string;
}

export type OptionDefinition =
	| (OptionBase & {readonly type: 'boolean'})
	| (OptionBase & {
			readonly type: 'integer';
			/** How the value is called in the help: `N`. */
			readonly value: string;
	  })
	| (OptionBase & {
			readonly type: 'string';
			readonly value: string;
			readonly choices?: readonly string[];
			/** May be given several times. */
			readonly multiple?: true;
	  });

export interface PositionalDefinition {
	readonly help: string;
	readonly optional?: true;
	/** Takes all words that are left, one at least; for the last one alone. */
	readonly multiple?: true;
	/** Takes the words behind `--`, none as well; for the last one alone. */
	readonly passedOn?: true;
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;
/** In the order of the command line; optional ones last. */
export type PositionalDefinitions = Readonly<Record<string, PositionalDefinition>>;

type OptionValue<Option> = Option extends {readonly type: 'boolean'}
	? boolean
	: Option extends {readonly type: 'integer'}
		? number | undefined
		: Option extends {readonly multiple: true}
			? readonly string[]
			: Option extends {readonly choices: readonly (infer Choice)[]}
				? Choice | undefined
				: string | undefined;

/** The values of a parsed command line, by the names in the definitions. */
export interface Arguments<
	Options extends OptionDefinitions,
	Positionals extends PositionalDefinitions,
> {
	readonly options: {readonly [Name in keyof Options]: OptionValue<Options[Name]>};
	readonly positionals: {
		readonly [Name in keyof Positionals]: Positionals[Name] extends
			| {readonly multiple: true}
			| {readonly passedOn: true}
			? readonly string[]
			: Positionals[Name] extends {readonly optional: true}
				? string | undefined
				: string;
	};
}

export interface Command<
	Options extends OptionDefinitions = OptionDefinitions,
	Positionals extends PositionalDefinitions = PositionalDefinitions,
> {
	/** Paragraphs; each is wrapped to the page. */
	readonly description: readonly string[];
	readonly options: Options;
	readonly positionals: Positionals;
	readonly examples: readonly (readonly [command: string, meaning: string])[];
	/** What this command means by an exit status, where that is more than the class of error says. */
	readonly exitStatuses?: Readonly<Record<number, string>>;
	/**
	 * Set when stopping needs the command's help: it ends by itself when `context.signal` aborts, and
	 * is waited for. Others are ended on the spot.
	 */
	readonly cleansUp?: true;
	/** Gives the exit status. */
	run(context: CommandContext, args: Arguments<Options, Positionals>): Promise<number>;
}

/** Checks a command's types and forgets them, so that all commands fit one table. */
export function defineCommand<
	const Options extends OptionDefinitions,
	const Positionals extends PositionalDefinitions,
>(command: Command<Options, Positionals>): Command {
	return command;
}

/** What a command gets from the process that runs it. */
export interface CommandContext {
	/** Writes lines to standard output, each with its end of line. */
	print(...lines: readonly string[]): void;
	/** Writes text to standard output as it is. */
	write(text: string): void;
	/** Aborts on SIGINT and SIGTERM. */
	readonly signal: AbortSignal;
	/** The machine; loaded at the first call, since not every command touches it. */
	system(): Promise<System>;
	/** Draws progress as the options ask; the command disposes of it before it prints results. */
	startProgress(options: ProgressOptions): Promise<Progress>;
}

export interface ProgressOptions {
	readonly quiet: boolean;
	readonly 'progress-fd': number | undefined;
}

export interface Progress extends Disposable {
	readonly report: ProgressReporter;
}

/** Options of every command that takes long. */
export const progressOptions = {
	quiet: {type: 'boolean', short: 'q', help: 'Draw no progress; warnings and errors stay.'},
	'progress-fd': {
		type: 'integer',
		value: 'N',
		help: 'Write progress as lines of JSON to file descriptor N too.',
	},
} as const satisfies OptionDefinitions;
