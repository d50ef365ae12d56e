/** What a live medium does to the machine that is started from it, for people. */
import {printableText} from '../../engine/tree/printable.ts';
import type {Answers} from '../answers/answers.ts';
import {withoutSecrets} from '../answers/web-address.ts';
import {describeSelector} from '../disk/describe-selector.ts';
import {bootArguments} from '../found/boot-arguments.ts';

/** On which machines an installation by a configuration asks nobody; `permitted`: where a kernel argument says so. */
export const unattendedWhere = ['everywhere', 'named', 'permitted', 'nowhere'] as const;

/** What a configuration has a medium do. */
export interface ConfigEffect {
	/** `wipes the only disk` */
	readonly deed: string;
	readonly unattended: (typeof unattendedWhere)[number];
}

export function configEffect(answers: Answers, mayWipe: boolean): ConfigEffect {
	return {deed: deedOf(answers), unattended: whereUnattended(answers, mayWipe)};
}

function whereUnattended({unattended, arm}: Answers, mayWipe: boolean): ConfigEffect['unattended'] {
	if (unattended === false) return 'nowhere';
	if (mayWipe) return 'everywhere';
	return arm.length > 0 ? 'named' : 'permitted';
}

function deedOf({disk, storage: {layout, wipe, mirror}}: Answers): string {
	const disks =
		mirror.length > 0
			? mirror.map(describeSelector).join(' and ')
			: (disk ?? [{pick: 'only'}]).map(describeSelector).join(' or ');
	if (layout === 'free-space') return `installs beside what is on ${disks}`;
	if (layout === 'partition') return `replaces partitions of ${disks}`;
	return wipe ? `wipes ${disks}` : `installs on ${disks} unless something is on it`;
}

export interface MediumEffect {
	/** Behind the title in its menu; undefined where somebody is asked. */
	readonly mark: string | undefined;
	/** For the end of a sentence about the medium. */
	readonly text: string;
}

/** @param commandLine all its kernel arguments, which may name a configuration or let one wipe */
export function mediumEffect(commandLine: string, config: ConfigEffect | undefined): MediumEffect {
	const {config: named, permitsWipe} = bootArguments(commandLine);
	if (named !== undefined) return everywhere(`installs by ${printableText(withoutSecrets(named))}`);
	if (config === undefined)
		return permitsWipe
			? everywhere('installs by whatever configuration it finds')
			: {mark: undefined, text: 'asks what to install where'};
	const {deed, unattended} = config;
	if (unattended === 'everywhere' || (permitsWipe && unattended !== 'nowhere'))
		return everywhere(deed);
	if (unattended === 'named')
		return {
			mark: `unattended on machines that it names: ${deed}`,
			text: `${deed} of the machines that its configuration names, without asking, and asks on others`,
		};
	return {mark: undefined, text: 'asks, and begins with what its configuration says'};
}

function everywhere(deed: string): MediumEffect {
	return {
		mark: `unattended: ${deed}`,
		text: `${deed}, without asking, on any machine that is started from it`,
	};
}
