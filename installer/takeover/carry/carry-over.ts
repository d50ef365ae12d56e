import type {Answers} from '../../answers/answers.ts';
import type {CarriedAnswers, CarriedState, CarrySource} from './carried.ts';
import {carryHomes} from './homes.ts';
import {carryHostname, carryMachineId} from './identity.ts';
import {carryRootLogin} from './logins.ts';
import {mergeAging, mergeUsers} from './merge-users.ts';
import {carryMounts} from './mounts.ts';
import {carryNetwork} from './network.ts';
import {carrySshHostKeys} from './ssh-host-keys.ts';
import {carryUsers} from './users.ts';

/** Reads all of it, what is not chosen too, so that it can be told; in the order of {@link carriedKinds}. */
export async function readCarriedState(source: CarrySource): Promise<CarriedState[]> {
	const [homes, mounts] = await Promise.all([carryHomes(source), carryMounts(source)]);
	const covers = [homes, mounts]
		.filter(({kind}) => source.kinds.has(kind))
		.flatMap(({answers}) => answers.covers ?? []);
	return await Promise.all([
		carryHostname(source),
		carryMachineId(source),
		carryNetwork(source),
		carrySshHostKeys(source),
		carryRootLogin(source),
		carryUsers({...source, covers}),
		homes,
		mounts,
	]);
}

/** What answers for the new system say, and what comes along where they say nothing. */
export function withCarried(answers: Answers, states: readonly CarriedState[]): Answers {
	const all = states.map((state) => state.answers);
	const {system, root, users, groups, network, files, boot} = answers;
	const rest = <Item, Key>(
		given: readonly Item[],
		key: (item: Item) => Key,
		of: (one: CarriedAnswers) => readonly Item[] | undefined,
	) => {
		const taken = new Set(given.map(key));
		return [
			...given,
			...all.flatMap((one) => of(one) ?? []).filter((item) => !taken.has(key(item))),
		];
	};
	const carriedRoot = all.find((one) => one.root !== undefined)?.root;
	const interfaces = all.flatMap((one) => one.interfaces ?? []);
	return {
		...answers,
		system: {...system, hostname: system.hostname ?? all.find((one) => one.hostname)?.hostname},
		root: {
			passwordHash: root.passwordHash ?? carriedRoot?.passwordHash,
			sshKeys: [...new Set([...root.sshKeys, ...(carriedRoot?.sshKeys ?? [])])],
			...mergeAging(root, carriedRoot),
		},
		users: mergeUsers(
			users,
			all.flatMap((one) => one.users ?? []),
		),
		groups: rest(
			groups,
			({name}) => name,
			(one) => one.groups,
		),
		network: network.interfaces.length > 0 ? network : {...network, interfaces},
		files: rest(
			files,
			({path}) => path,
			(one) => one.files,
		),
		boot: {
			...boot,
			kernelArguments: [
				...boot.kernelArguments,
				...all.flatMap((one) => one.kernelArguments ?? []),
			],
		},
	};
}
