import {suite} from 'uvu';
import {defaultSettings} from './samples.ts';
import {afterFailure, afterRecheck, alice, available, staged, testDecisions} from './situations.ts';

const test = suite('gates');

const {gates} = defaultSettings;
const battery = {source: 'battery', batteryPercent: 49} as const;

testDecisions(test, [
	[
		'downloads nothing where that costs',
		{cached: available, machine: {metered: true}},
		'wait metered',
		'the network costs by volume',
		afterRecheck,
	],
	[
		'downloads it when told so',
		{cached: available, machine: {metered: true}, settings: {gates: {...gates, metered: 'ignore'}}},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'applies where downloads cost',
		{deployments: staged, cached: available, machine: {metered: true}},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'stages nothing on a low battery',
		{cached: available, machine: {power: battery}},
		'wait battery',
		'the machine runs on a battery at 49 %, below 50 %',
		afterRecheck,
	],
	[
		'applies nothing on a battery that does not say how full it is',
		{
			deployments: staged,
			cached: available,
			machine: {power: {source: 'battery', batteryPercent: undefined}},
		},
		'wait battery',
		'the machine runs on a battery of an unknown level, below 50 %',
		afterRecheck,
	],
	[
		'applies on a battery that is full enough',
		{deployments: staged, cached: available, machine: {power: {...battery, batteryPercent: 50}}},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'stages nothing under load',
		{cached: available, machine: {load: 1.204}, settings: {gates: {...gates, maxLoad: 1.2}}},
		'wait load',
		'the load for each processor is 1.20, above 1.2',
		afterRecheck,
	],
	[
		'disturbs nobody who is logged in',
		{
			deployments: staged,
			cached: available,
			machine: {
				logins: {sessions: [alice, {id: '5', user: 'bob'}, {...alice, id: '6'}], inhibitors: []},
			},
		},
		'wait logged-in',
		'logged in: alice, bob',
		afterRecheck,
	],
	[
		'heeds an inhibitor',
		{
			deployments: staged,
			cached: available,
			machine: {logins: {sessions: [], inhibitors: [{who: 'backup', why: 'Nightly backup'}]}},
		},
		'wait inhibited',
		'backup inhibits a reboot: Nightly backup',
		afterRecheck,
	],
	[
		'waits until it knows who is logged in',
		{deployments: staged, cached: available, machine: {logins: undefined}},
		'wait logins-unknown',
		'logind does not say who is logged in',
		afterRecheck,
	],
]);

test.run();
