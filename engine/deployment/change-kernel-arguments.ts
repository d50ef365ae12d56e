import path from 'node:path';
import {bootArchitecture} from '../boot/architecture.ts';
import {editKernelArguments, type KernelArgumentEdit} from '../boot/edit-kernel-arguments.ts';
import {isSameArgument, type KernelArgument} from '../boot/kernel-argument.ts';
import {type KernelArgumentSources, kernelArgumentsFor} from '../boot/kernel-arguments.ts';
import {
	ownArgumentsFile,
	readMachineArgumentFiles,
	writeOwnArgumentsFile,
} from '../boot/machine-kargs.ts';
import {openStore} from '../store/store.ts';
import type {System} from '../system/system.ts';
import {type ChangeOptions, type Machine, openMachine, readMachine} from './change-machine.ts';
import {type ChangeReport, reportChange} from './change-report.ts';
import {imageFilesOf} from './image-files.ts';
import {deploymentToChange, withKernelArguments} from './kernel-argument-transition.ts';
import {runningPhysicalRoot} from './running-physical-root.ts';
import type {Transition} from './step.ts';

export interface KernelArgumentsReport extends ChangeReport {
	/** All that are wanted now, in their order. */
	readonly kernelArguments: readonly KernelArgument[];
	/** What the deployment that would have booted next lacks of them. */
	readonly added: readonly KernelArgument[];
	/** What it has beyond them. */
	readonly dropped: readonly KernelArgument[];
	/** Path of the machine's file that was changed; null when none had to be. */
	readonly changedFile: string | null;
}

/**
 * Edits the machine's own file of kernel arguments, and deploys the image that boots next with what all
 * files say together. Without an edit it does so for what people changed in these files.
 * @param root what stands before all paths; for tests
 * @throws UsageError for a mistake in an argument or a file: file, line, what was expected
 * @throws Refused for what cannot be done; nothing is changed then
 */
export async function changeKernelArguments(
	system: System,
	edit: KernelArgumentEdit | undefined,
	{dryRun = false, ...options}: ChangeOptions,
	root = '/',
): Promise<KernelArgumentsReport> {
	if (dryRun) return (await decide(system, await readMachine(system, root), edit, root)).report;
	using machine = await openMachine(system, options, root);
	const {report, decision, before, after} = await decide(system, machine, edit, root);
	if (before !== after) await writeOwnArgumentsFile(after, root);
	try {
		if (decision.steps.length > 0) await machine.run(decision.steps);
	} catch (error) {
		// Or the next update would bring what this one could not.
		if (before !== after) await writeOwnArgumentsFile(before, root);
		throw error;
	}
	return report;
}

interface Decision {
	readonly report: KernelArgumentsReport;
	readonly decision: Transition;
	/** Text of the own file before and after; undefined for none. */
	readonly before: string | undefined;
	readonly after: string | undefined;
}

async function decide(
	system: System,
	{set, physicalRoot}: Machine,
	edit: KernelArgumentEdit | undefined,
	root: string,
): Promise<Decision> {
	const {origin} = deploymentToChange(set);
	const store = openStore(system, path.join(physicalRoot, 'composefs'));
	const files = await imageFilesOf(store, origin.imageVerity.digest);
	const sources: KernelArgumentSources = {
		image: files.kernelArgumentFiles,
		installed: origin.installed.kernelArguments ?? [],
		machine: await readMachineArgumentFiles(root),
		architecture: bootArchitecture().kernel,
	};
	const edited = edit === undefined ? sources : editKernelArguments(sources, edit);
	const kernelArguments = kernelArgumentsFor(edited);
	const decision = withKernelArguments(set, {
		...(await runningPhysicalRoot(root)),
		kernelArguments,
		files,
		now: system.now(),
	});
	const [before, after] = [ownTextOf(sources), ownTextOf(edited)];
	return {
		decision,
		before,
		after,
		report: {
			...reportChange(decision),
			changed: decision.steps.length > 0 || before !== after,
			kernelArguments,
			added: withoutThese(kernelArguments, origin.kernelArguments),
			dropped: withoutThese(origin.kernelArguments, kernelArguments),
			changedFile: before === after ? null : ownArgumentsFile,
		},
	};
}

function ownTextOf({machine}: KernelArgumentSources): string | undefined {
	return machine.find((file) => file.path === ownArgumentsFile)?.text;
}

function withoutThese(
	all: readonly KernelArgument[],
	these: readonly KernelArgument[],
): KernelArgument[] {
	return all.filter(
		({argument}) => !these.some((other) => isSameArgument(other.argument, argument)),
	);
}
