import path from 'node:path';
import {type ChangeOptions, checkMachine} from '../../engine/deployment/change-machine.ts';
import {lockMachine, machineLockFile} from '../../engine/deployment/machine-lock.ts';
import {physicalRoot} from '../../engine/deployment/read-status.ts';
import {endGrowth, noteGrowthProblem} from '../../engine/deployment/root-growth.ts';
import {openWritableRoot, writableRootPath} from '../../engine/deployment/writable-root.ts';
import {noProgress} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import {findRoot} from './find-root.ts';
import {type FoundRoot, type GrowthPlan, planGrowth} from './growth-plan.ts';
import {runGrowth} from './run-growth.ts';

/**
 * Gives the physical root of the running machine all of its disk, while it is in use. The mark that asks for
 * it goes last; after a failure it stays, and status says why.
 * @param root what stands before all paths; for tests, as `look` is
 * @throws Refused `not-deployed`, `machine-busy`, and what {@link findRoot} and {@link planGrowth} throw
 * @throws Lacking `not-root`, `missing-program`
 */
export async function growMachine(
	system: System,
	{dryRun = false, ...options}: ChangeOptions,
	root = '/',
	look: () => Promise<FoundRoot> = () => findRoot(system, physicalRoot),
): Promise<GrowthPlan> {
	await checkMachine(system, root);
	if (dryRun) return planGrowth(await look());
	using _lock = await lockMachine(system, options, path.join(root, machineLockFile));
	try {
		const plan = planGrowth(await look());
		const {progress = noProgress} = options;
		if (plan.steps.length > 0) {
			progress({type: 'step', step: 'grow', title: 'Growing the root'});
			await runGrowth(system, plan);
			progress({type: 'done', step: 'grow'});
		}
		await removeMark(system, root);
		return plan;
	} catch (error) {
		await noteGrowthProblem(error, root);
		throw error;
	}
}

async function removeMark(system: System, root: string): Promise<void> {
	using writable = openWritableRoot(
		system,
		path.join(root, physicalRoot),
		path.join(root, writableRootPath),
	);
	await endGrowth(writable.path, root);
}
