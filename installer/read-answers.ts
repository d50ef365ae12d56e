import type {ProgressReporter} from '../engine/progress.ts';
import {carelessFile} from './bootstrap/careless-file.ts';
import {type ReadContents, readContents} from './bootstrap/source-contents.ts';
import type {InstallOptions} from './install-options.ts';
import {throwRefusals} from './several-refusals.ts';

/** Reads what the answers name, before anything that takes long. @throws the mistakes in them */
export async function readAnswers(
	{answers, signal}: Pick<InstallOptions, 'answers' | 'signal'>,
	report: ProgressReporter,
): Promise<ReadContents> {
	const places = {credentials: process.env.CREDENTIALS_DIRECTORY, fetch, signal};
	const {contents, problems, careless} = await readContents(answers, places);
	throwRefusals(problems);
	for (const file of careless) report(carelessFile(file));
	return contents;
}
