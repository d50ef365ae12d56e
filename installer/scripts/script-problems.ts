import {accessSync, constants} from 'node:fs';
import {type EngineError, UsageError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import type {ScriptAnswers} from '../answers/answers.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import {whyNoTarget} from './target-trial.ts';

/** What keeps scripts from running, as far as it shows before the first write. */
export function findScriptProblems(
	system: System,
	scripts: ScriptAnswers,
	rootFileSystem: RootFileSystem,
): EngineError[] {
	const target = scripts.post.length === 0 ? undefined : whyNoTarget(system, rootFileSystem);
	return [...missingInterpreters(scripts), ...(target === undefined ? [] : [target])];
}

/** The system that installs is made of the image that it installs: so what is here is there. */
function missingInterpreters({pre, preInstall, post, onError}: ScriptAnswers): EngineError[] {
	const all = [...pre, ...preInstall, ...post, ...onError];
	const missing = new Set(
		all.map(({interpreter}) => interpreter).filter((file) => !isExecutable(file)),
	);
	return [...missing].map(
		(file) =>
			new UsageError(`a script is for ${file}, which the image lacks`, {
				hint: 'Name another interpreter, or add it to the image.',
			}),
	);
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
