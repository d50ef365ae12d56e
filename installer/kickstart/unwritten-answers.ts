import type {Answers} from '../answers/answers.ts';

/**
 * What kickstarts say and slipway's own configuration has no words for yet, as words of it. Whoever goes
 * by that configuration has to look here too, or drops it in silence.
 */
export function unwrittenAnswers(answers: Answers): readonly string[] {
	const {disk, image, system, network, firewall} = answers;
	const said: Readonly<Record<string, boolean>> = {
		'disk.except': disk?.some(({except}) => except !== undefined) ?? false,
		firewall: firewall !== undefined,
		'image.source': image.source !== undefined,
		'network.interface': network.interfaces.some(isUnwrittenInterface),
		'system.ntp': (system.ntpPools ?? system.ntsHosts) !== undefined,
		'system.rtc': system.hardwareClock === 'local',
		'system.selinux': system.selinux !== undefined && system.selinux !== 'enforcing',
		'system.xkb': system.xkb !== undefined,
	};
	return Object.keys(said).filter((key) => said[key]);
}

function isUnwrittenInterface(each: Answers['network']['interfaces'][number]): boolean {
	const {match, onBoot, bridge, bond, ignoreAutoDns, ignoreDefaultRoute} = each;
	const special = match.found ?? bridge ?? bond?.options ?? ignoreAutoDns ?? ignoreDefaultRoute;
	return special !== undefined || onBoot === false;
}
