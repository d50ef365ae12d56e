import {
	type Answers,
	type ExtraPartition,
	type LoginAnswers,
	noAnswers,
	type StorageAnswers,
	type UserAnswers,
} from '../answers/answers.ts';
import {isRootFileSystem} from '../disk/layout-settings.ts';
import {blueprint, type Customizations} from './image-builder-schema.ts';
import {MistakeList} from './mistake.ts';
import type {ForeignConfig} from './read-config.ts';

/** image-builder's `config.toml`: the customizations of a blueprint. */
export const imageBuilderConfig: ForeignConfig = {
	isOne: ({entries}) => entries.has('customizations'),
	read(document, file) {
		const mistakes = new MistakeList(file);
		const said = blueprint.read(document, {mistakes, allowsInlineSecrets: false});
		for (const {user} of said?.customizations.sshKeys ?? [])
			if (user !== 'root' && !said?.customizations.users.some(({name}) => name === user))
				mistakes.add(document.at, {
					key: 'customizations.sshkey',
					found: `for ${user}, whom nothing creates`,
					expected: 'the name of a user of this file',
				});
		return {
			answers: said === undefined ? noAnswers : answersOf(said.customizations),
			mistakes: mistakes.sorted(),
			warnings: [],
		};
	},
};

function answersOf(said: Customizations): Answers {
	const [locale] = said.locale?.languages ?? [];
	return {
		...noAnswers,
		disk: diskOf(said),
		storage: storageOf(said),
		boot: {
			...noAnswers.boot,
			kernelArguments: said.kernel?.append === undefined ? [] : [said.kernel.append],
		},
		system: {
			hostname: said.hostname,
			locale,
			keymap: said.locale?.keyboard,
			timeZone: said.time?.timezone,
			ntpServers: said.time?.ntpServers,
		},
		root: loginOf(said, 'root'),
		users: said.users.filter(({name}) => name !== 'root').map((user) => userOf(said, user)),
		groups: said.groups,
		registry: {
			...noAnswers.registry,
			caCertificates: (said.certificates?.pem ?? []).map((text) => ({kind: 'text', text})),
		},
		services: {
			enable: said.services?.enabled ?? [],
			disable: said.services?.disabled ?? [],
			mask: said.services?.masked ?? [],
		},
		files: said.files.map(({data, ...file}) => ({...file, content: {kind: 'text', text: data}})),
	};
}

function diskOf({installationDevice, disk}: Customizations): Answers['disk'] {
	const least = disk?.minSize;
	if (installationDevice === undefined && least === undefined) return undefined;
	return [
		{
			...(installationDevice === undefined ? {} : {path: installationDevice}),
			...(least === undefined ? {} : {size: {least}}),
			pick: 'only',
		},
	];
}

type SaidPartition = NonNullable<Customizations['disk']>['partitions'][number];

function storageOf({fileSystems, disk}: Customizations): StorageAnswers {
	const partitions: readonly Partial<SaidPartition>[] = [
		...fileSystems,
		...(disk?.partitions ?? []),
	];
	const root = partitions.find(({mountPoint}) => mountPoint === '/');
	const swap = partitions.find(({fileSystem}) => fileSystem === 'swap');
	return {
		...noAnswers.storage,
		fileSystem: rootFileSystemOf(root),
		rootMinimumSize: root?.minSize,
		swap: swap?.minSize === undefined ? undefined : {size: swap.minSize},
		partitions: partitions.flatMap(extraPartition),
	};
}

function extraPartition(partition: Partial<SaidPartition>): ExtraPartition[] {
	const {mountPoint, minSize, label} = partition;
	if (mountPoint === undefined || mountPoint === '/') return [];
	return [
		{
			mountPoint,
			size: minSize,
			fileSystem: rootFileSystemOf(partition),
			label: label || undefined,
			options: [],
			encrypted: false,
		},
	];
}

function rootFileSystemOf(partition: Partial<SaidPartition> | undefined) {
	return isRootFileSystem(partition?.fileSystem) ? partition.fileSystem : undefined;
}

function loginOf({users, sshKeys}: Customizations, name: string): LoginAnswers {
	const user = users.find((user) => user.name === name);
	const more = sshKeys.filter(({user}) => user === name).map(({key}) => key);
	return {
		passwordHash: user?.password,
		sshKeys: user?.key === undefined ? more : [user.key, ...more],
	};
}

function userOf(said: Customizations, user: Customizations['users'][number]): UserAnswers {
	const {name, description, uid, gid, groups, shell, home} = user;
	const login = loginOf(said, name);
	return {...login, name, gecos: description, uid, gid, groups, shell, home, sudo: 'none'};
}
