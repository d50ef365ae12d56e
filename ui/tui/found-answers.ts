import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../../installer/answers/answers.ts';
import {readCandidates} from '../../installer/disk/candidates.ts';
import {selectDisk} from '../../installer/disk/select-disk.ts';
import type {FoundAnswers} from './port.ts';

/** Answers that were found, with the disk of this machine that they mean. */
export async function readFoundAnswers(system: System, answers: Answers): Promise<FoundAnswers> {
	if (answers.disk === undefined) return {answers, disk: undefined};
	const choice = selectDisk(answers.disk, await readCandidates(system));
	return {answers, disk: choice.kind === 'chosen' ? choice.disk.path : undefined};
}
