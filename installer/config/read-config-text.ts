import {hashPassword} from '../answers/hash-password.ts';
import {kickstartIncludes} from '../kickstart/kickstart-includes.ts';
import {
	isKickstart,
	type KickstartEffects,
	type KickstartOptions,
	readKickstart,
} from '../kickstart/read-kickstart.ts';
import {isWebAddress} from './load-config.ts';
import {type ConfigReading, readConfig} from './read-config.ts';

export interface ConfigTextOptions extends Pick<KickstartEffects, 'runPre'> {
	/** Of kickstarts: see {@link KickstartOptions}. */
	readonly isLenient: KickstartOptions['isLenient'];
	readonly signal: AbortSignal;
	/** Which files of this host a kickstart may include; all of them when left out. */
	readonly mayInclude?: (file: string) => boolean;
}

/** Reads a configuration of whatever kind, and the files that a kickstart includes. */
export async function readConfigText(
	text: string,
	name: string,
	{isLenient, runPre, signal, mayInclude = () => true}: ConfigTextOptions,
): Promise<ConfigReading> {
	if (!isKickstart(text, name)) return readConfig(text, name);
	const readAny = kickstartIncludes({fetch, signal});
	const readInclude: typeof readAny = async (target, includedBy) =>
		isWebAddress(target) || mayInclude(target) ? await readAny(target, includedBy) : undefined;
	const options = {hashPassword, isLenient};
	return await readKickstart({path: name, text}, options, {readInclude, runPre});
}
