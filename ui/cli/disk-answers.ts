import type {ProgressReporter} from '../../engine/progress.ts';
import {type Answers, noAnswers} from '../../installer/answers/answers.ts';
import {formatMistake, throwMistakes} from '../../installer/config/mistake.ts';
import {refuseUnsupported} from '../../installer/config/unsupported-answers.ts';
import type {Arguments, CommandContext} from './command.ts';
import {type configDigestOption, type lenientOption, readConfigFile} from './config-file.ts';
import {type AnswerOptions, withAnswerOptions} from './install-answers.ts';

type ConfigOptions = Arguments<
	typeof configDigestOption & typeof lenientOption,
	Record<never, never>
>['options'] & {readonly config: string | undefined};

/**
 * What a medium is told, by a configuration and by options, which go first. No script of it runs.
 * @throws Refused with all mistakes in it
 */
export async function diskAnswers(
	context: CommandContext,
	options: ConfigOptions & AnswerOptions,
	report: ProgressReporter,
): Promise<Answers> {
	return await withAnswerOptions(await configured(context, options, report), options, report);
}

async function configured(
	context: CommandContext,
	{config, 'config-sha256': sha256, lenient: isLenient}: ConfigOptions,
	report: ProgressReporter,
): Promise<Answers> {
	if (config === undefined) return noAnswers;
	const {answers, mistakes, warnings} = await readConfigFile(context, config, sha256, {isLenient});
	throwMistakes(mistakes);
	for (const warning of warnings)
		report({type: 'warning', code: 'config', message: formatMistake(warning)});
	refuseUnsupported(answers);
	return answers;
}
