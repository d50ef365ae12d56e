import type {Wait} from './decision.ts';
import {type Moment, waitForMachine} from './moment.ts';

/** Why the machine should be spared work now: it may run out of power, or has enough to do. */
export function whySpared(moment: Moment): Wait | undefined {
	const {settings, state} = moment;
	const {minBatteryPercent, maxLoad} = settings.gates;
	const {power, load} = state.machine;
	if (power.source === 'battery' && (power.batteryPercent ?? 0) < minBatteryPercent) {
		const level =
			power.batteryPercent === undefined ? 'of an unknown level' : `at ${power.batteryPercent} %`;
		const text = `the machine runs on a battery ${level}, below ${minBatteryPercent} %`;
		return waitForMachine(moment, 'battery', text);
	}
	if (load > maxLoad) {
		const text = `the load for each processor is ${load.toFixed(2)}, above ${maxLoad}`;
		return waitForMachine(moment, 'load', text);
	}
	return undefined;
}

/** Why nothing large should be downloaded now. */
export function whyNotDownloaded(moment: Moment): Wait | undefined {
	const {settings, state} = moment;
	return settings.gates.metered === 'wait' && state.machine.metered
		? waitForMachine(moment, 'metered', 'the network costs by volume')
		: undefined;
}

/** Why a reboot would disturb somebody. No setting changes this. */
export function whyBusy(moment: Moment): Wait | undefined {
	const {logins} = moment.state.machine;
	if (logins === undefined)
		return waitForMachine(moment, 'logins-unknown', 'logind does not say who is logged in');
	const {sessions, inhibitors} = logins;
	if (sessions.length > 0) {
		const users = [...new Set(sessions.map(({user}) => user))].join(', ');
		return waitForMachine(moment, 'logged-in', `logged in: ${users}`);
	}
	const [first] = inhibitors;
	return first === undefined
		? undefined
		: waitForMachine(moment, 'inhibited', `${first.who} inhibits a reboot: ${first.why}`);
}
