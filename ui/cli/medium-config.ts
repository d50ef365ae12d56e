import path from 'node:path';
import {UsageError} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {type Answers, noAnswers} from '../../installer/answers/answers.ts';
import {withoutSecrets} from '../../installer/answers/web-address.ts';
import {loadConfig} from '../../installer/config/load-config.ts';
import {formatMistake, throwMistakes} from '../../installer/config/mistake.ts';
import {readConfigText} from '../../installer/config/read-config-text.ts';
import {refuseUnsupported} from '../../installer/config/unsupported-answers.ts';
import {isMissingLive, refuseMissingLive} from '../../installer/live/live-files.ts';
import {imageFilesOf, type MediumConfig} from '../../installer/live/medium-config.ts';
import {configEffect} from '../../installer/live/medium-effect.ts';
import type {Arguments, CommandContext, OptionDefinitions} from './command.ts';
import {configDigestOption, configSyntax, lenientOption} from './config-file.ts';

/** What a medium is told by a file. */
export const mediumConfigOptions = {
	config: {
		type: 'string',
		value: 'FILE',
		help: `Of a disk image: what machines get besides the image, where what cannot be honoured is an error. Of a live medium: what it installs by, and asks nothing where it may wipe. ${configSyntax}`,
	},
	'may-wipe': {
		type: 'boolean',
		help: 'Have the configuration of a live medium wipe the disks of whatever machine it is started on, without asking.',
	},
	...configDigestOption,
	...lenientOption,
} as const satisfies OptionDefinitions;

type ConfigOptions = Arguments<typeof mediumConfigOptions, Record<never, never>>['options'];

export interface ReadMediumConfig {
	readonly answers: Answers;
	/** As a live medium has it. */
	readonly embedded: MediumConfig | undefined;
}

/**
 * Reads it without running any script of it.
 * @param isLive whether a live system is to install by it, elsewhere
 * @throws Refused with all mistakes in it; `missing-files` for files of this host that no live system has
 */
export async function readMediumConfig(
	{signal}: CommandContext,
	{config, 'config-sha256': sha256, lenient: isLenient, 'may-wipe': mayWipe}: ConfigOptions,
	report: ProgressReporter,
	{isLive}: {readonly isLive: boolean},
): Promise<ReadMediumConfig> {
	if (config === undefined) {
		if (!mayWipe) return {answers: noAnswers, embedded: undefined};
		throw new UsageError('--may-wipe is given without --config', {
			hint: 'Give the configuration that may wipe.',
		});
	}
	const text = await loadConfig({name: config, sha256}, {fetch, stdin: process.stdin, signal});
	const name = withoutSecrets(config);
	const reading = await readConfigText(text, name, {
		...{isLenient, signal, runPre: undefined},
		...(isLive && {mayInclude: (file) => !isMissingLive(file)}),
	});
	const {answers, mistakes, warnings} = reading;
	throwMistakes(mistakes);
	for (const warning of warnings)
		report({type: 'warning', code: 'config', message: formatMistake(warning)});
	refuseUnsupported(answers);
	const embedded: MediumConfig = {
		name: path.basename(name),
		bytes: Buffer.from(text),
		mayWipe,
		isLenient,
		imageFiles: imageFilesOf(answers),
		effect: configEffect(answers, mayWipe),
	};
	if (isLive) refuseMissingLive(embedded.imageFiles, name);
	return {answers, embedded};
}
